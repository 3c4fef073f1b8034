// Drawings on canvas: the waveform, and the mel spectrogram with F0 over it.

// Five colours from dark to light, mixed in between; readable in print and by the colour-blind.
const HEAT = [[8, 6, 30], [87, 20, 92], [185, 50, 70], [241, 126, 50], [252, 236, 178]];
const F0_RANGE = [60, 600]; // Hz, on a logarithmic axis

function heat(level) {
  const place = level * (HEAT.length - 1);
  const i = Math.min(Math.floor(place), HEAT.length - 2);
  return HEAT[i].map((low, channel) => low + (HEAT[i + 1][channel] - low) * (place - i));
}

/** A canvas as large as it is shown, cleared. */
function fresh(canvas) {
  const scale = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * scale);
  const height = Math.round(canvas.clientHeight * scale);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, width, height);
  return { pen, width, height, scale };
}

/**
 * Bars of amplitude; what has been played is in colour.
 * peaks: 0-1, evenly spaced; share: of the canvas that they fill; played: share of the canvas.
 */
export function drawWave(canvas, peaks, share, played) {
  const { pen, width, height, scale } = fresh(canvas);
  const style = getComputedStyle(canvas);
  const step = 3 * scale;
  const bars = Math.floor((width * share) / step);
  const loudest = peaks.reduce((most, peak) => Math.max(most, peak), 0.05);
  for (let bar = 0; bar < bars; bar++) {
    const first = Math.floor((bar * peaks.length) / bars);
    const last = Math.max(first + 1, Math.floor(((bar + 1) * peaks.length) / bars));
    const peak = Math.max(0, ...peaks.slice(first, last)) / loudest;
    const tall = Math.max(2 * scale, peak * (height - 2 * scale));
    pen.fillStyle = bar * step < played * width ? style.accentColor : style.color;
    pen.beginPath();
    pen.roundRect(bar * step, (height - tall) / 2, 2 * scale, tall, scale);
    pen.fill();
  }
}

/** The mel spectrogram of a picture from the server, once, as something that can be drawn quickly. */
export function melImage(picture) {
  const { columns, bands } = picture;
  const levels = Uint8Array.from(atob(picture.mel), (c) => c.charCodeAt(0));
  const image = new ImageData(columns, bands);
  for (let column = 0; column < columns; column++)
    for (let band = 0; band < bands; band++) {
      const pixel = 4 * ((bands - 1 - band) * columns + column);
      image.data.set([...heat(levels[column * bands + band] / 255), 255], pixel);
    }
  const canvas = new OffscreenCanvas(columns, bands);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** Mel spectrogram, F0 and where playback is. */
export function drawMel(canvas, picture, image, time_s) {
  const { pen, width, height, scale } = fresh(canvas);
  pen.drawImage(image, 0, 0, width, height);
  const [low, high] = F0_RANGE.map(Math.log);
  pen.lineWidth = 2 * scale;
  pen.lineJoin = "round";
  pen.strokeStyle = "#4cc9f0";
  pen.beginPath();
  let drawing = false;
  picture.f0.forEach((hz, column) => {
    if (hz > 0) {
      const x = ((column + 0.5) / picture.f0.length) * width;
      const y = height * (1 - (Math.log(hz) - low) / (high - low));
      drawing ? pen.lineTo(x, y) : pen.moveTo(x, y);
    }
    drawing = hz > 0;
  });
  pen.stroke();
  pen.fillStyle = "#4cc9f0";
  pen.font = `${11 * scale}px system-ui`;
  for (const hz of [100, 200, 400]) {
    const y = height * (1 - (Math.log(hz) - low) / (high - low));
    pen.fillText(`${hz} Hz`, 4 * scale, y);
  }
  pen.fillStyle = "#ffffffcc";
  pen.fillRect((time_s / picture.shown_s) * width, 0, scale, height);
}
