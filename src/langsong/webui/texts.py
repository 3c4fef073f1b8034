"""Everything that the page says, in both of its languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, kw_only=True)
class Texts:
    """What the page says in one language. ``{…}`` is filled in when it is said."""

    language: Language
    title: str
    subtitle: str
    other_language: str
    dark_or_light: str
    generated: str
    # tabs
    speak_tab: str
    script_tab: str
    history_tab: str
    voices_tab: str
    # text
    text: str
    text_hint: str
    examples: str
    speak: str
    cancel: str
    # voice
    voice: str
    speaker: str
    second_speaker: str
    nobody: str
    share: str
    female: str
    male: str
    child: str
    # emotion
    emotion: str
    feeling_voice: str
    feeling_name: str
    feeling_sliders: str
    feeling_description: str
    feeling_recording: str
    description: str
    description_hint: str
    recording: str
    recording_hint: str
    intensity: str
    intensity_hint: str
    # manner
    manner: str
    speed: str
    pitch: str
    pitch_range: str
    energy: str
    volume: str
    pause: str
    audible_label: str
    reset: str
    # presets
    presets: str
    preset: str
    preset_hint: str
    save: str
    load: str
    delete: str
    saved: str
    # readings
    readings: str
    readings_hint: str
    reading: str
    reading_apply: str
    readings_cut: str
    # script
    script: str
    script_hint: str
    cast: str
    role: str
    script_perform: str
    # history
    history_empty: str
    restore: str
    play: str
    # voices
    voices_hint: str
    import_path: str
    import_name: str
    import_button: str
    imported: str
    import_elsewhere: str
    licence: str
    speakers: str
    emotions: str
    # player
    download: str
    subtitles: str
    pictures: str
    mel: str
    f0: str
    computing: str
    first_chunk: str
    first_sound: str
    # login
    key: str
    key_hint: str
    enter: str
    # problems, by the error's kind
    nothing_to_say: str
    cancelled: str
    wrong_text: str
    wrong_option: str
    wrong_voice: str
    wrong_audio: str
    too_long: str
    later: str
    too_slow: str
    stopping: str
    missing: str
    no_key: str
    failed: str


ZH = Texts(
    language="zh",
    title="朗诵",
    subtitle="会动情的中文语音合成",
    other_language="English",
    dark_or_light="深色 / 浅色",
    generated="声音由 AI 生成",
    speak_tab="朗读",
    script_tab="剧本",
    history_tab="历史",
    voices_tab="声音",
    text="文字",
    text_hint="输入文字或 SSML。多音字可写成 银行{hang2}，停顿可写成 [停顿 500ms]",
    examples="示例",
    speak="朗读",
    cancel="停止",
    voice="声音",
    speaker="说话人",
    second_speaker="混合另一位",
    nobody="不混合",
    share="另一位的比例",
    female="女声",
    male="男声",
    child="童声",
    emotion="情感",
    feeling_voice="默认",
    feeling_name="选择",
    feeling_sliders="调配",
    feeling_description="描述",
    feeling_recording="录音",
    description="怎么说",
    description_hint="例如：压低声音，有点害怕地说",
    recording="参考录音（3–10 秒）",
    recording_hint="只取录音里的情感；声音仍是所选的说话人",
    intensity="情感强度",
    intensity_hint="0 平淡，1 原样，2 加倍",
    manner="语气",
    speed="语速（倍）",
    pitch="音高（半音）",
    pitch_range="抑扬（倍）",
    energy="力度（dB）",
    volume="音量（dB）",
    pause="句间停顿（秒）",
    audible_label="开头播放 AI 生成提示音",
    reset="恢复默认",
    presets="预设",
    preset="我的预设",
    preset_hint="选一个使用；或输入新名字，保存现在的设置",
    save="保存",
    load="使用",
    delete="删除",
    saved="已保存“{name}”",
    readings="读音",
    readings_hint="点一个词，看它为什么这样读；读错了就改",
    reading="读音（数字标声调，1–5）",
    reading_apply="改读音",
    readings_cut="只显示前 {count} 个字符",
    script="剧本",
    script_hint="@角色 speaker=说话人 定义角色；每行一句：角色[情感]：台词。其余的行按右边的设置朗读",
    cast="选角",
    role="角色",
    script_perform="演播",
    history_empty="还没有朗读过。朗读的结果会留在这里",
    restore="恢复设置",
    play="播放",
    voices_hint="已安装的声音",
    import_path="本机上的声音文件夹或 .zip（本项目的声音包，或 ModelScope / KAN-TTS 的声音）",
    import_name="安装后的名字（可不填）",
    import_button="导入",
    imported="已安装“{name}”",
    import_elsewhere="只能在运行服务的电脑上导入；也可以用命令 langsong voices import",
    licence="许可",
    speakers="说话人",
    emotions="情感",
    download="下载",
    subtitles="字幕",
    pictures="声学图",
    mel="梅尔频谱",
    f0="基频",
    computing="合成中",
    first_chunk="首包",
    first_sound="点击到出声",
    key="密钥",
    key_hint="本服务需要 API 密钥",
    enter="进入",
    nothing_to_say="先输入要朗读的文字",
    cancelled="已停止",
    wrong_text="文字无法朗读",
    wrong_option="设置有误",
    wrong_voice="声音无法使用",
    wrong_audio="录音无法使用",
    too_long="内容太长",
    later="请求太多，请稍后再试",
    too_slow="用时过长，已停止",
    stopping="服务正在关闭，请稍后再试",
    missing="缺少组件",
    no_key="密钥不对",
    failed="合成失败，原因见服务日志",
)

EN = Texts(
    language="en",
    title="langsong",
    subtitle="Mandarin speech with feeling",
    other_language="中文",
    dark_or_light="Dark / light",
    generated="AI-generated voice",
    speak_tab="Speak",
    script_tab="Script",
    history_tab="History",
    voices_tab="Voices",
    text="Text",
    text_hint="Chinese text or SSML. Fix a reading: 银行{hang2}. Pause: [pause 500ms]",
    examples="Examples",
    speak="Speak",
    cancel="Stop",
    voice="Voice",
    speaker="Speaker",
    second_speaker="Blend with",
    nobody="nobody",
    share="Share of the other",
    female="female",
    male="male",
    child="child",
    emotion="Emotion",
    feeling_voice="Default",
    feeling_name="Choose",
    feeling_sliders="Mix",
    feeling_description="Describe",
    feeling_recording="Recording",
    description="How to say it",
    description_hint="e.g. in a low voice, a little frightened",
    recording="Reference recording (3–10 s)",
    recording_hint="Only its emotion is used; the speaker stays the one you chose",
    intensity="Intensity",
    intensity_hint="0 flat, 1 as it is, 2 doubled",
    manner="Manner",
    speed="Speed (×)",
    pitch="Pitch (semitones)",
    pitch_range="Liveliness (×)",
    energy="Effort (dB)",
    volume="Volume (dB)",
    pause="Sentence pause (s)",
    audible_label="Begin with the sound that marks AI speech",
    reset="Defaults",
    presets="Presets",
    preset="My presets",
    preset_hint="Choose one to use, or type a new name to save the present settings",
    save="Save",
    load="Use",
    delete="Delete",
    saved="“{name}” is saved",
    readings="Readings",
    readings_hint="Click a word to see why it is read so, and correct it",
    reading="Reading (pinyin with tones 1–5)",
    reading_apply="Change",
    readings_cut="Only the first {count} characters are shown",
    script="Script",
    script_hint="@role speaker=… defines a role; each line is role[emotion]: words. Other lines follow the settings",
    cast="Cast",
    role="Role",
    script_perform="Perform",
    history_empty="Nothing spoken yet. What you make is kept here",
    restore="Restore settings",
    play="Play",
    voices_hint="Installed voices",
    import_path="Voice folder or .zip on this computer (a langsong bundle, or a ModelScope / KAN-TTS voice)",
    import_name="Name to install it under (optional)",
    import_button="Import",
    imported="“{name}” is installed",
    import_elsewhere="Voices are imported on the computer that runs the service, or with: langsong voices import",
    licence="Licence",
    speakers="Speakers",
    emotions="Emotions",
    download="Download",
    subtitles="Subtitles",
    pictures="Acoustics",
    mel="Mel spectrogram",
    f0="F0",
    computing="Speaking",
    first_chunk="first chunk",
    first_sound="click to sound",
    key="Key",
    key_hint="This service needs an API key",
    enter="Enter",
    nothing_to_say="Write something to say first",
    cancelled="Stopped",
    wrong_text="The text cannot be read",
    wrong_option="A setting is wrong",
    wrong_voice="The voice cannot be used",
    wrong_audio="The recording cannot be used",
    too_long="Too long",
    later="Too many requests, try again later",
    too_slow="It took too long and was stopped",
    stopping="The service is shutting down, try again later",
    missing="Something is not installed",
    no_key="The key is wrong",
    failed="Speaking failed; the service's log says why",
)

TEXTS: dict[Language, Texts] = {"zh": ZH, "en": EN}
