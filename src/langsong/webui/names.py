"""What things of a voice are called on the page."""

from __future__ import annotations

from langsong.bundle.manifest import SpeakerInfo

from .texts import Language, Texts

_EMOTIONS = {
    "neutral": "中性",
    "happy": "高兴",
    "angry": "愤怒",
    "sad": "悲伤",
    "afraid": "害怕",
    "disgusted": "厌恶",
    "melancholic": "低落",
    "surprised": "惊讶",
    "calm": "平静",
    "fear": "害怕",
    "disgust": "厌恶",
    "surprise": "惊讶",
    "gentle": "温柔",
    "relax": "放松",
    "lyrical": "抒情",
    "serious": "严肃",
    "disgruntled": "不满",
    "satisfied": "满意",
    "disappointed": "失望",
    "excited": "激动",
    "anxiety": "焦虑",
    "jealousy": "嫉妒",
    "hate": "憎恨",
    "pity": "怜悯",
    "pleasure": "愉悦",
    "arousal": "亢奋",
    "dominance": "强势",
    "embarrassed": "尴尬",
    "frustrated": "沮丧",
    "affectionate": "深情",
    "newscast": "新闻",
    "customer-service": "客服",
    "story": "讲故事",
    "living": "生活",
}


def emotion_name(emotion: str, language: Language) -> str:
    """An emotion of a voice; one that has no Chinese name here keeps its own."""
    return _EMOTIONS.get(emotion, emotion) if language == "zh" else emotion


def speaker_name(speaker: SpeakerInfo, texts: Texts) -> str:
    """A speaker with what is known of them in a word."""
    kind = {"female": texts.female, "male": texts.male, "child": texts.child, "": ""}[speaker.gender]
    name = (speaker.name or speaker.id) if texts.language == "zh" else speaker.id
    return f"{name} · {kind}" if kind else name
