"""What a training run is told, as strict YAML: unknown keys are errors, everything but paths has a default. No torch.

Paths are taken from the recipe's own folder. `docs/training.md` has the keys with an example of each kind.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from langsong.bundle.card import read_yaml
from langsong.errors import CheckpointError, RecipeError
from langsong.train.shapes import AcousticShape, Count, GeneratorShape, Part
from langsong.vocoder.config import PeriodConfig, ScaleConfig
from langsong.vocoder.harmonic_noise_config import TrunkConfig

Steps = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, lt=1)]
Weight = Annotated[float, Field(ge=0)]
Resolution = tuple[Count, Count, Count]
"""Samples of the Fourier transform, of a hop and of the window."""
RESOLUTIONS: tuple[Resolution, ...] = ((1024, 120, 600), (2048, 240, 1200), (512, 50, 240))
FINE_RESOLUTIONS: tuple[Resolution, ...] = (
    (2048, 400, 1600), (1024, 200, 800), (512, 100, 400), (256, 50, 200), (128, 32, 128),
)  # fmt: skip


class Learning(Part):
    """How one network's numbers change.

    Attributes:
        rate: of Adam, at its highest. betas, epsilon, weight_decay: of Adam (decoupled weight decay).
        warmup: steps over which the rate rises linearly.
        decay: what comes then: ``none``; ``cosine`` down to `floor` times the rate at the last step;
            ``inverse_sqrt`` of the step, which with `warmup` is Noam's schedule; ``halving`` every `half_life` steps.
        clip: largest norm of a gradient; None = any.
    """

    rate: Annotated[float, Field(gt=0)] = 1e-3
    betas: tuple[Share, Share] = (0.9, 0.98)
    epsilon: Annotated[float, Field(gt=0)] = 1e-9
    weight_decay: Weight = 0.0
    warmup: Steps = 1000
    decay: Literal["none", "cosine", "inverse_sqrt", "halving"] = "cosine"
    floor: Share = 0.02
    half_life: Count = 200_000
    clip: Annotated[float, Field(gt=0)] | None = 1.0


class Loop(Part):
    """How long, how much at a time, and what is kept.

    Attributes:
        steps: of the whole run.
        batch: utterances (of vocoders: stretches) of a step, over all processes. accumulate: such batches per step.
        average: decay of the running average of the weights, which is what is validated and exported; None = none.
        log_every, validate_every, checkpoint_every, picture_every: steps; 0 = never (a checkpoint is written at the
            end all the same).
        seed: of weights, order, crops and dropout.
    """

    steps: Count
    batch: Count = 16
    accumulate: Count = 1
    average: Share | None = 0.999
    log_every: Count = 10
    validate_every: Steps = 500
    checkpoint_every: Count = 500
    picture_every: Steps = 2000
    seed: Annotated[int, Field(ge=0, lt=1 << 31)] = 0


class Hardware(Part):
    """Where to compute.

    Attributes:
        device: ``auto`` = a GPU if there is one.
        precision: ``auto`` = bf16 on GPUs and on CPUs with AMX or AVX512-BF16, f16 on other GPUs, f32 elsewhere.
        processes: ``auto`` = one per GPU, or one per core; under torchrun, as it says.
        threads: of each process on a CPU.
    """

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    precision: Literal["auto", "f32", "bf16", "f16"] = "auto"
    processes: Count | Literal["auto"] = "auto"
    threads: Count = 1


class Dropout(Part):
    """Shares of activations that are zeroed, by part. (Attention weights keep theirs: that costs much, gains little.)

    Attributes:
        encoder, decoder, postnet: layers' insides and outputs. predictors: of pitch and energy.
        duration_prenet: in which it keeps the durations from being copied. decoder_prenet: with feedback only.
    """

    encoder: Share = 0.1
    decoder: Share = 0.1
    postnet: Share = 0.1
    predictors: Share = 0.1
    duration_prenet: Share = 0.5
    decoder_prenet: Share = 0.5


class MelAdversary(Part):
    """A small discriminator of mel patches, against over-smoothing.

    Attributes:
        weight: of its loss beside the others. start: first step that has it. frames: of a patch.
        channels: of its first layer. learning: its own.
    """

    weight: Weight = 0.05
    start: Steps = 2000
    frames: Count = 64
    channels: Count = 32
    learning: Learning = Learning(rate=2e-4, betas=(0.5, 0.9), epsilon=1e-8, warmup=0)


class Reference(Part):
    """An encoder of emotions in recordings, trained together with the acoustic model: each utterance comes with
    another one of its emotion, by another speaker where there is one.

    Attributes:
        initialise: a voice whose encoder to start from; None = from nothing.
        share: of utterances whose emotion is what is heard in the other one, instead of a row of the emotion table.
        category, agreement: weights of recognising the emotion, and of what is heard being like the emotion's row.
        seconds: of the other utterance, at most. noise: standard deviation of what is added to its log mel.
    """

    initialise: str | None = None
    share: Share = 0.5
    category: Weight = 0.1
    agreement: Weight = 0.1
    seconds: Annotated[float, Field(gt=0)] = 3.0
    noise: Weight = 0.3


class _Run(Part):
    corpus: Path
    output: Path
    initialise: str | None = None
    learning: Learning
    loop: Loop
    hardware: Hardware = Hardware()

    def located(self, folder: Path) -> dict[str, Any]:
        """The paths as seen from `folder`."""
        found: dict[str, Any] = {name: (folder / getattr(self, name)).resolve() for name in ("corpus", "output")}
        for name in ("initialise", "teacher", "vocoder", "acoustic"):
            value = getattr(self, name, None)
            if value and (folder / value).exists():  # otherwise it is the name of an installed voice
                found[name] = str((folder / value).resolve())
        return found


class AcousticWeights(Part):
    """Of the parts of an acoustic model's loss; alignment and binarization count where durations are learnt."""

    mel_before: Weight = 1.0
    mel_after: Weight = 1.0
    duration: Weight = 1.0
    pitch: Weight = 1.0
    energy: Weight = 1.0
    alignment: Weight = 1.0
    binarization: Weight = 1.0


class SambertRecipe(_Run):
    """Training an acoustic model.

    Attributes:
        corpus: a prepared one. output: the run's folder.
        initialise: a voice, or the folder of a run, to start from. Its shape, inventory and normalisation are kept
            (`shape` and `feedback` are not read); speakers of the corpus that it does not know get rows of their own.
        feedback: whether the decoder reads its last frame. ``none`` converges many times faster and decodes at once.
        durations: ``corpus``, or ``learn`` them by monotonic alignment; None = learn if an utterance has none.
        freeze: regular expressions; weights whose names match one from their start stay as they are.
        weights: of the parts of the loss.
        binarization_steps: over which the weight of binarization rises from 0.
        vocoder: a voice whose vocoder speaks what TensorBoard plays, and completes an export.
    """

    kind: Literal["sambert"]
    shape: AcousticShape = AcousticShape()
    feedback: Literal["none", "previous_frame"] = "none"
    durations: Literal["corpus", "learn"] | None = None
    dropout: Dropout = Dropout()
    freeze: tuple[str, ...] = ()
    weights: AcousticWeights = AcousticWeights()
    binarization_steps: Steps = 5000
    adversary: MelAdversary | None = None
    reference: Reference | None = None
    vocoder: str | None = None
    learning: Learning = Learning()


class VocoderWeights(Part):
    """Of the parts of a vocoder's loss; those of weight 0 are not computed.

    Attributes:
        periodicity: of how far harmonics rise above their gaps, against a vocoder that buzzes.
        pitch: of log F0, where the vocoder finds it in the mel.
    """

    mel: Weight = 45.0
    spectral: Weight = 0.0
    periodicity: Weight = 0.0
    adversarial: Weight = 1.0
    features: Weight = 2.0
    pitch: Weight = 1.0


class _VocoderRecipe(_Run):
    """Training a vocoder.

    Attributes:
        corpus: a prepared one. output: the run's folder.
        initialise: a voice, or the folder of a run, whose vocoder of the kind to start from (its shape is kept).
        teacher: a voice whose vocoder says what a stretch shall sound like (distillation); None = as recorded.
        samples: of a stretch, to the nearest frame.
        adversarial_start, periodicity_start: first step that has discriminators, and the loss of periodicity.
        scale, period: the discriminators; None = none of that kind.
        resolutions: of the spectral loss: samples of Fourier transform, hop and window.
    """

    teacher: str | None = None
    samples: Count = 9600
    adversarial_start: Steps = 0
    periodicity_start: Steps = 500
    scale: ScaleConfig | None = None
    period: PeriodConfig | None = None
    weights: VocoderWeights = VocoderWeights()
    resolutions: tuple[Resolution, ...] = RESOLUTIONS
    learning: Learning = Learning(rate=2e-4, betas=(0.5, 0.9), epsilon=1e-8, warmup=0, decay="halving", clip=None)
    discriminator_learning: Learning = Learning(
        rate=2e-4, betas=(0.5, 0.9), epsilon=1e-8, warmup=0, decay="halving", clip=None
    )

    @model_validator(mode="after")
    def _check(self) -> _VocoderRecipe:
        if self.scale is None and self.period is None and (self.weights.adversarial or self.weights.features):
            raise ValueError("without discriminators the weights adversarial and features must be 0")
        return self


class HifiganRecipe(_VocoderRecipe):
    """Training a HiFi-GAN generator."""

    kind: Literal["hifigan"]
    shape: GeneratorShape = GeneratorShape()
    scale: ScaleConfig | None = ScaleConfig()
    period: PeriodConfig | None = PeriodConfig()


class HarmonicNoiseWeights(VocoderWeights):
    """The same, of which a fast vocoder needs other ones."""

    mel: Weight = 0.0
    spectral: Weight = 1.0
    periodicity: Weight = 1.0
    adversarial: Weight = 0.0
    features: Weight = 0.0


class HarmonicNoiseRecipe(_VocoderRecipe):
    """Training a fast vocoder of filtered pulses and noise.

    Attributes:
        filters, pitch: see `HarmonicNoiseConfig`.
        acoustic: a voice, or the folder of a run: half of the stretches come with mels as its acoustic model predicts
            them, which are smoother than measured ones; None = none do.
    """

    kind: Literal["harmonic_noise"]
    filters: TrunkConfig = TrunkConfig(channels=192, inner=576, blocks=6)
    pitch: TrunkConfig = TrunkConfig(channels=128, inner=256, blocks=5)
    acoustic: str | None = None
    samples: Count = 16384
    weights: HarmonicNoiseWeights = HarmonicNoiseWeights()
    resolutions: tuple[Resolution, ...] = FINE_RESOLUTIONS
    learning: Learning = Learning(rate=2e-3, betas=(0.8, 0.99), epsilon=1e-8, warmup=50)


VocoderRecipe: TypeAlias = HifiganRecipe | HarmonicNoiseRecipe
Recipe: TypeAlias = SambertRecipe | VocoderRecipe
_RECIPE: TypeAdapter[Recipe] = TypeAdapter(Annotated[Recipe, Field(discriminator="kind")])


def read_recipe(path: Path) -> Recipe:
    """A recipe, its paths made absolute.

    Raises:
        RecipeError: it is not readable, has an unknown key or a wrong value.
    """
    try:
        recipe = _RECIPE.validate_python(read_yaml(path))
    except CheckpointError as error:
        raise RecipeError(str(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part not in ("sambert", "hifigan", "harmonic_noise"))
        raise RecipeError(f"{path}: {where + ': ' if where else ''}{first['msg']}") from None
    return recipe.model_copy(update=recipe.located(path.parent))


def format_recipe(recipe: Recipe) -> str:
    """The recipe as YAML with every default written out."""
    import yaml

    text: str = yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    return text
