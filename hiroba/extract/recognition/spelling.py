"""Put right what an engine for many languages confuses in Japanese: look-alikes, told apart by what stands around them.

Three steps, each sure of less: signs that Japanese does not write (时, ·); kana, kanji and strokes that look the same
(へ ヘ, 力 カ, 一 ー), told apart by their neighbours; kanji that look alike (入 人, 充 允), told apart by whether the
words around them exist (lattice cost of Sudachi). What the last step changes is marked as unsure."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from sudachipy import Dictionary

_CONVINCING = 4_500  # fall of the cost: wrong characters raise it by 5,000 to 16,000, rare but right ones by less
_WINDOW = 9  # characters to each side that are looked at

# Forms of the mainland where the Japanese one differs and is the only one a Japanese office writes.
_FOREIGN = """
时時议議题題罚罰个個肠腸项項间間问問门門东東车車长長记記证証语語话話说説读読设設计計订訂认認识識让譲许許论論评評该該详詳谁誰调調谈談请請诸諸
课課谢謝贝貝负負财財责責贤賢败敗货貨质質贩販贪貪购購贯貫贵貴贷貸贸貿费費资資赁賃赏賞赔賠赖頼赠贈轨軌转転轮輪软軟轻軽较較载載辅輔辆輌
辉輝输輸辞辞边辺达達迁遷过過运運还還这這进進远遠违違连連迟遅适適选選递逓遗遺邮郵邻隣针針钟鐘钢鋼钱銭铁鉄铃鈴银銀铜銅铭銘锁鎖锅鍋错錯键鍵
镇鎮镜鏡闭閉闲閑闻聞阀閥阅閲队隊阳陽阴陰阶階际際陆陸险険随随隐隠难難页頁顶頂顺順须須顾顧顿頓预預领領频頻颜顔额額风風飞飛饭飯饮飲饰飾
饱飽饲飼馆館马馬驱駆驶駛驻駐驾駕验験骑騎鱼魚鲜鮮鸟鳥鸣鳴鸡鶏麦麦黄黄齐斉齿歯龙竜龟亀业業丛叢丝糸丢丟两両严厳丧喪丰豊临臨为為举挙义義乐楽
习習书書买買乱乱争争亏虧亚亜产産亩畝亲親亿億仅僅从従仓倉仪儀们們价価众衆优優会会伞傘伟偉传伝伤傷伦倫伪偽体体余余侧側侨僑债債倾傾偿償储儲儿児
关関兴興养養兽獣军軍农農冲衝决決况況冻凍净浄准准凉涼减減凤鳳处処凭憑凯凱击撃创創则則刚剛删刪剂剤剑剣剧劇劝勧办弁务務动動励励劳労势勢
区区医医华華协協单単卖売卢盧卫衛却却厂厰历歴压圧厅庁县県双双发発变変叙叙叶葉号号叹嘆听聴启啓员員呗唄咏詠响響哑唖唤喚啮噛团団园園围囲图図
国国圆円圣聖场場坏壊块塊坚堅坛壇坝堤坟墳坠墜垒塁垦墾墙墻壮壮声声壳殻备備复復够夠头頭夹挟夺奪奖奨妇婦妈媽姗姍娱娯婴嬰孙孫学学宁寧宝宝实実
宠寵审審宪憲宫宮宽寛宾賓寝寝对対寻尋导導寿寿将将尔爾尘塵尝嘗层層属属岁歳岛島岭嶺币幣师師帐帳带帯帮幫库庫应応庆慶废廃广広归帰录録彻徹径径
忆憶怀懐态態总総恒恒恶悪恼悩悬懸惊驚惧懼惩懲惯慣愤憤愿願战戦户戸扑撲执執扩拡扫掃扬揚扰擾抚撫抢搶护護报報担担拟擬拥擁择択挂掛挡擋挤擠挥揮
损損换換据拠掳擄掷擲揽攬摄摂摆擺摇揺数数敌敵断断无無旧旧显顕晋晋晒曬晓暁暂暫术術机机杀殺杂雑权権条条来来杨楊极極构構枪槍柜櫃标標栈桟
栏欄树樹样様档档桥橋检検楼楼横横欢歓欧欧殴殴残残毁毀毕畢毙斃气気汇匯汉漢汤湯沟溝没没沪滬沿沿泪涙泽沢洁潔洒灑浅浅浇澆测測济済浓濃涛濤润潤涨漲
渊淵渐漸渔漁温温游遊湾湾湿湿满満滚滾滞滞滨浜滩灘灭滅灯灯灵霊灾災炉炉点点炼煉烂爛烧焼热熱爱愛爷爺牵牽状状犹猶独独狭狭狮獅猎猟献献环環现現產産歲歳戶戸說説稅税溫温晚晩每毎步歩绿緑
"""
_PAIRS = re.sub(r"\s", "", _FOREIGN)


def _is_in_japanese_sets(character: str) -> bool:
    try:
        return bool(character.encode("cp932"))
    except UnicodeEncodeError:
        return False


_JAPANESE_FORM = {
    foreign: form
    for foreign, form in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)
    if not _is_in_japanese_sets(foreign)  # 据, 惧 are written here too
}
_SIGNS = str.maketrans({**_JAPANESE_FORM, "·": "・", "☐": "□", "℉": "F", "﹁": "「", "﹂": "」"})

_LOOSE_ACCENT = re.compile("(?<=[ァ-ヺー])[`´]|[`´](?=[ァ-ヺ])")

_HAN = "一-鿿々〆"
_KATA = "ァ-ヺー"
_KANA_OR_HAN = "ぁ-ゖァ-ヺ一-鿿々"
_BY_NEIGHBOURS: tuple[tuple[re.Pattern[str], dict[str, str]], ...] = (
    # a stroke: long vowel after katakana, the number one before and between kanji
    (re.compile(f"(?<=[ァ-ヺ])[一―—](?=[{_KATA}ぁ-ゖ、。)）]|$)"), {"一": "ー", "―": "ー", "—": "ー"}),
    (re.compile(f"(?<![{_KATA}ぁ-ゖ])ー(?=[{_HAN}])"), {"ー": "一"}),
    (re.compile(f"(?<=[ぁ-ゖ])ー(?=[{_HAN}])"), {"ー": "一"}),
    # the same shape in both kana: the particle, unless katakana stands around it
    (re.compile(f"(?<![{_KATA}])[ヘベペ](?![{_KATA}])"), {"ヘ": "へ", "ベ": "べ", "ペ": "ぺ"}),
    (re.compile(f"(?<=[{_HAN}])ヘ(?=の)"), {"ヘ": "へ"}),
    (re.compile(f"(?<=[{_KATA}])ヘ(?=[のと{_HAN}])"), {"ヘ": "へ"}),
    # kanji that katakana also looks like
    (
        re.compile("(?<=[ァ-ヺー])[力口工二八夕卜](?=[ァ-ヺー])"),
        dict(zip("力口工二八夕卜", "カロエニハタト", strict=True)),
    ),
    (re.compile(f"(?<=[{_HAN}])[カロエタ](?=[ぁ-ゖ、。]|$)"), dict(zip("カロエタ", "力口工夕", strict=True))),
    (re.compile("(?<![ァ-ヺー])ド(?=記)"), {"ド": "下"}),
)
# Each group's members are taken for one another by the engine, or by Tesseract in vertical writing.
_ALIKE = """
入人八 充允 自白目Í 件仆仵作 任仟 支父 東束 土上工 九儿 官它宮 未末木本 島鳥 大人犬太 中巾申 連述 見兄
令合今 口日目H 書音苦 申中甲屮 要妥 軽過 者名 長良 千干 右石 治冶 員貝 間問聞 待侍特持 札礼 住往佳
料科 矢失 氏民 縁緑 微徴 遣遺 午牛 宜宣 場揚 助肋 夫天 水氷永 輪輸 争介 与ケ 出山 相和 請諸 報執
提堤 検倹険 験駿 績積 織職識 値植 復複 講構購 側測則 因困囚 候侯 晩暁 幣弊 網綱 卒率 遂逐 折析 拡払
"""
_OTHERS: dict[str, set[str]] = {}
for _group in _ALIKE.split():
    for _each in _group:
        _OTHERS.setdefault(_each, set()).update(set(_group) - {_each})
_CONFUSABLE = re.compile("[" + "".join(_OTHERS) + "]")
_JAPANESE = re.compile(f"[{_KANA_OR_HAN}]")


def with_japanese_signs(text: str) -> str:
    """Write what Japanese does not use as Japanese does: mainland forms, middle dots, stray accents."""
    return _LOOSE_ACCENT.sub("", text.translate(_SIGNS)) if _JAPANESE.search(text) else text


def by_neighbours(text: str) -> str:
    """Tell kana, kanji and strokes of the same shape apart by what stands beside them; no character more or less."""
    for pattern, forms in _BY_NEIGHBOURS:
        text = pattern.sub(lambda found, forms=forms: forms[found[0]], text)  # type: ignore[misc]  # bound now
    return text


def by_words(text: str) -> tuple[str, list[int]]:
    """Take the look-alike that makes words, and tell which characters were changed; no character more or less.

    Only where the text makes so much less sense as it stands that it can hardly be meant."""
    changed: list[int] = []
    for found in list(_CONFUSABLE.finditer(text)):
        place = found.start()
        start, end = max(0, place - _WINDOW), place + _WINDOW + 1
        before, after = text[start:place], text[place + 1 : end]
        if not _JAPANESE.search(before[-1:] + after[:1]):  # 附　則: nothing beside it to judge by
            continue
        costs = {each: _cost(before + each + after) for each in sorted(_OTHERS[found[0]])}
        best = min(costs, key=lambda each: costs[each])
        if costs[best] + _CONVINCING <= _cost(before + found[0] + after):
            text = text[:place] + best + text[place + 1 :]
            changed.append(place)
    return text, changed


def _cost(text: str) -> int:
    return int(_tokenizer().tokenize(text).get_internal_cost())


@cache
def _tokenizer() -> Any:
    return Dictionary().tokenizer()
