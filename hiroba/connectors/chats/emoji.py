"""Emoji by the names that chats give them; what is not here keeps its name between colons."""

from __future__ import annotations

import re

_LISTED = (
    "+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 heart ❤️ smile 😄 smiley 😃 grinning 😀 grin 😁 laughing 😆 joy 😂 rofl 🤣 "
    "slightly_smiling_face 🙂 blush 😊 wink 😉 heart_eyes 😍 thinking_face 🤔 thinking 🤔 neutral_face 😐 sweat 😓 "
    "sweat_smile 😅 cry 😢 sob 😭 angry 😠 rage 😡 scream 😱 open_mouth 😮 astonished 😲 sleepy 😪 sleeping 😴 "
    "tired_face 😫 confused 😕 worried 😟 disappointed 😞 relieved 😌 innocent 😇 sunglasses 😎 stuck_out_tongue 😛 "
    "upside_down_face 🙃 hugging_face 🤗 zipper_mouth_face 🤐 mask 😷 face_with_rolling_eyes 🙄 yum 😋 pray 🙏 bow 🙇 "
    "man-bowing 🙇 woman-bowing 🙇 clap 👏 raised_hands 🙌 wave 👋 ok_hand 👌 muscle 💪 point_up ☝️ point_right 👉 "
    "point_left 👈 point_down 👇 fist ✊ v ✌️ raised_hand ✋ hand ✋ handshake 🤝 writing_hand ✍️ eyes 👀 ear 👂 "
    "white_check_mark ✅ check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ cross_mark ❌ o ⭕ "
    "heavy_plus_sign ➕ heavy_minus_sign ➖ exclamation ❗ question ❓ grey_exclamation ❕ grey_question ❔ warning ⚠️ "
    "no_entry ⛔ no_entry_sign 🚫 sos 🆘 ok 🆗 new 🆕 up 🆙 100 💯 tada 🎉 party_popper 🎉 confetti_ball 🎊 fire 🔥 "
    "sparkles ✨ star ⭐ star2 🌟 sunny ☀️ cloud ☁️ umbrella ☔ snowflake ❄️ zap ⚡ rainbow 🌈 rocket 🚀 bulb 💡 memo 📝 "
    "pencil 📝 pencil2 ✏️ book 📖 books 📚 calendar 📅 date 📅 clipboard 📋 pushpin 📌 round_pushpin 📍 paperclip 📎 "
    "link 🔗 lock 🔒 unlock 🔓 key 🔑 mag 🔍 bell 🔔 no_bell 🔕 loudspeaker 📢 mega 📣 phone ☎️ telephone_receiver 📞 "
    "email 📧 envelope ✉️ computer 💻 desktop_computer 🖥️ printer 🖨️ fax 📠 chart_with_upwards_trend 📈 bar_chart 📊 "
    "file_folder 📁 open_file_folder 📂 wastebasket 🗑️ hourglass ⌛ alarm_clock ⏰ watch ⌚ coffee ☕ tea 🍵 bento 🍱 "
    "cake 🍰 beer 🍺 beers 🍻 cherry_blossom 🌸 maple_leaf 🍁 seedling 🌱 dog 🐶 cat 🐱 house 🏠 office 🏢 hospital 🏥 "
    "school 🏫 world_map 🗺️ earth_asia 🌏 jp 🇯🇵 red_circle 🔴 large_blue_circle 🔵 arrow_right ➡️ arrow_left ⬅️ "
    "arrow_up ⬆️ arrow_down ⬇️ recycle ♻️ one 1️⃣ two 2️⃣ three 3️⃣ gift 🎁 "
    "broken_heart 💔 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 orange_heart 🧡 skull 💀"
)
_WORDS = _LISTED.split()
NAMED = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True))
_NAME = re.compile(r":([a-z0-9_+'-]{1,60}):(?::skin-tone-[2-6]:)?")


def emoji_of(name: str) -> str:
    """Give the emoji of a name, or the name between colons."""
    plain = name.strip(":").partition("::")[0]
    return NAMED.get(plain, f":{plain}:")


def with_emoji(text: str) -> str:
    """Put emoji for their names in a text; what is not known stays as it is."""
    return _NAME.sub(lambda found: NAMED.get(found[1], found[0]), text) if ":" in text else text
