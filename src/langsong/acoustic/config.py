"""Shape of a SAM-BERT model. No torch here: bundles carry this record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from langsong.errors import CheckpointError

Count = Annotated[int, Field(gt=0, lt=1 << 20)]


class FsmnConfig(BaseModel):
    """A stack of feed-forward sequential memory blocks.

    Attributes:
        layers: number of blocks.
        inner: width inside a block.
        memory: width between blocks.
        kernel: taps of the depth-wise memory convolution.
        shift: taps moved from the future to the past.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    layers: Count
    inner: Count
    memory: Count
    kernel: Count
    shift: int = 0

    @property
    def padding(self) -> tuple[int, int]:
        """Frames of past and of future that one block sees."""
        left, right = round((self.kernel - 1) / 2), (self.kernel - 1) // 2
        return left + self.shift, right - self.shift

    @property
    def context(self) -> tuple[int, int]:
        """Frames of past and of future that the whole stack sees."""
        left, right = self.padding
        return left * self.layers, right * self.layers


class AcousticConfig(BaseModel):
    """Every width of a SAM-BERT model (KAN-TTS's names are mapped by `from_kantts`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vocabulary: tuple[Count, ...]
    """Rows of the unit tables: phone, tone, syllable flag, word segment; or one entry for bytes."""
    emotions: Count
    speakers: Annotated[int, Field(ge=0)]
    """Rows of the speaker table; 0 when the voice takes speaker vectors."""

    embedding: Count
    encoder_layers: Count
    encoder_heads: Count
    encoder_width: Count
    encoder_inner: Count
    text_width: Count
    emotion_width: Count
    speaker_width: Count

    predictor: FsmnConfig
    predictor_rnn: Count
    duration_prenet: tuple[Count, Count]
    duration_rnn: Count

    decoder_prenet: tuple[Count, Count]
    decoder_layers: Count
    decoder_heads: Count
    decoder_width: Count
    decoder_inner: Count
    frames_per_step: Count
    n_mels: Count
    """Mel channels, with two more (F0, voicing) for NSF voices."""
    feedback: Literal["previous_frame", "none"]

    postnet: FsmnConfig
    postnet_rnn: Count

    filled_pause_inner: int = 0
    """Width inside the predictor of filled pauses; 0 for voices without one."""

    @model_validator(mode="after")
    def _check(self) -> AcousticConfig:
        if len(self.vocabulary) not in (1, 4):
            raise ValueError("vocabulary must have four tables (symbols) or one (bytes)")
        for width, heads in (
            (self.encoder_width, self.encoder_heads),
            (self.decoder_width, self.decoder_heads),
        ):
            if width % heads:
                raise ValueError(f"width {width} is not a multiple of {heads} heads")
        return self

    @property
    def condition_width(self) -> int:
        return self.text_width + self.speaker_width + self.emotion_width

    @property
    def memory_width(self) -> int:
        """Width of the decoder's memory: the text of a whole step, one speaker and one emotion row."""
        return self.frames_per_step * self.text_width + self.speaker_width + self.emotion_width

    @property
    def head_width(self) -> int:
        return self.decoder_width // self.decoder_heads

    @classmethod
    def from_kantts(
        cls,
        params: Mapping[str, Any],
        *,
        vocabulary: tuple[int, ...],
        emotions: int,
        speakers: int,
        feedback: Literal["previous_frame", "none"] = "previous_frame",
        filled_pause_inner: int = 0,
    ) -> AcousticConfig:
        """From KAN-TTS's ``Model.KanTtsSAMBERT.params`` (specification 1.1).

        `filled_pause_inner` is in no config file: it is read off the checkpoint's ``FP_predictor.w_1.weight``.

        Raises:
            CheckpointError: a hyper-parameter is missing.
        """
        try:
            return cls(
                vocabulary=vocabulary,
                emotions=emotions,
                speakers=0 if params.get("SE") else speakers,
                embedding=params["embedding_dim"],
                encoder_layers=params["encoder_num_layers"],
                encoder_heads=params["encoder_num_heads"],
                encoder_width=params["encoder_num_units"],
                encoder_inner=params["encoder_ffn_inner_dim"],
                text_width=params["encoder_projection_units"],
                emotion_width=params["emotion_units"],
                speaker_width=params["speaker_units"],
                predictor=FsmnConfig(
                    layers=params["predictor_fsmn_num_layers"],
                    inner=params["predictor_ffn_inner_dim"],
                    memory=params["predictor_num_memory_units"],
                    kernel=params["predictor_filter_size"],
                    shift=params["predictor_shift"],
                ),
                predictor_rnn=params["predictor_lstm_units"],
                duration_prenet=tuple(params["dur_pred_prenet_units"]),
                duration_rnn=params["dur_pred_lstm_units"],
                decoder_prenet=tuple(params["decoder_prenet_units"]),
                decoder_layers=params["decoder_num_layers"],
                decoder_heads=params["decoder_num_heads"],
                decoder_width=params["decoder_num_units"],
                decoder_inner=params["decoder_ffn_inner_dim"],
                frames_per_step=params["outputs_per_step"],
                n_mels=params["num_mels"],
                feedback=feedback,
                postnet=FsmnConfig(
                    layers=params["postnet_fsmn_num_layers"],
                    inner=params["postnet_ffn_inner_dim"],
                    memory=params["postnet_num_memory_units"],
                    kernel=params["postnet_filter_size"],
                    shift=params["postnet_shift"],
                ),
                postnet_rnn=params["postnet_lstm_units"],
                filled_pause_inner=filled_pause_inner if params.get("FP") else 0,
            )
        except KeyError as error:
            raise CheckpointError(f"the acoustic model's config lacks {error.args[0]!r}") from None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise CheckpointError(f"the acoustic model's config is not usable: {where} {first['msg']}") from None
        except TypeError as error:
            raise CheckpointError(f"the acoustic model's config is not usable: {error}") from None
