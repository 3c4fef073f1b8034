"""What is spoken when speed is measured."""

PASSAGE = (
    "春天来了，万物复苏。公园里的花开了，红的、黄的、紫的，五颜六色，美丽极了。孩子们在草地上奔跑，"
    "老人们坐在长椅上聊天，年轻人骑着自行车从湖边经过。微风吹过，柳枝轻轻摆动，湖面泛起层层波纹。"
    "远处传来一阵阵笑声，让人感到生活的美好。我们应该珍惜这样的时光，多出去走走，看看大自然的变化。"
    "只要用心去感受，就会发现身边处处都有美丽的风景。让我们一起迎接这个充满希望的季节，努力工作，"
    "好好生活，不辜负每一个日子。明天一定会更好，未来永远属于所有热爱生活、脚踏实地的人。"
)


def passage(hanzi: int) -> str:
    """The beginning of the passage with that many hanzi (at most 200), ended by a full stop."""
    count = 0
    for end, character in enumerate(PASSAGE, 1):
        count += "\u4e00" <= character <= "\u9fff"
        if count == hanzi:
            return PASSAGE[:end].rstrip("，、。") + "。"
    raise ValueError(f"the passage has only {count} hanzi")
