"""Words and letters by which a language is recognised: its most frequent words, words of reviews, and its own letters.

A word on several lists does not decide between these languages, but separates them from the others.
"""

WORDS = {
    "en": (
        "the and is are was were this that these it its i my we you he she they of to for with not but have "
        "has had in on as at be very so just really great good love loved nice product when if would will all "
        "one from or than your me a an can dont does didnt too only also been which what there about them use "
        "used easy works excellent perfect best well happy quality price like better much recommend buy "
        "bought get got gift more no out up some time"
    ),
    "de": (
        "der die das und ist sind war ich wir sie er es ein eine einen einem einer nicht mit auf für von zu "
        "den dem des im in auch sehr aber wie so nur noch bei aus hat habe haben wird werden kann als dass "
        "oder mein meine gut gute schön schöne schnell super toll alles leider mehr nach zum zur durch diese "
        "dieser dieses wurde sich wenn man was um am immer wieder gerne preis qualität kein keine über ganz "
        "beim hätte auf lieferung genau ß ä ö ü"
    ),
    "fr": (
        "le la les un une des du de et est sont était je nous vous il elle ils mon ma mes pas ne que qui pour "
        "avec sur dans ce cette ces très mais plus bien bon bonne tout tous au aux en par se sa son ses comme "
        "ou où si produit qualité fait faire être avoir a ai été j l d c n s qu m trop peu aussi même sans "
        "rien recommande parfait livraison prix jolie joli beau belle cest dommage leur y on à è ê ç œ û é ù "
        "î"
    ),
    "es": (
        "el la los las un una unos y es son era yo mi mis muy pero que de del en con por para no se lo le su "
        "sus como más este esta esto estos bien bueno buena buen todo todos me te nos está están ha he han "
        "producto calidad precio fue ser al o si sin gusta gustó recomiendo perfecto bonito también porque "
        "cuando ya hay mucho nada tan solo sobre entre desde donde qué cada ñ ¿ ¡ ó í á"
    ),
    "it": (
        "il lo la i gli le un una uno e è sono era di del della dei delle che non per con su da dal dalla nel "
        "nella al alla in mi si ma molto più anche come questo questa questi bene buono buona ottimo ottima "
        "prodotto qualità prezzo ho ha hanno stato tutto tutti perfetto bello bella se ci ne o quando solo "
        "mio mia essere bisogna consiglio due dopo prima senza ogni viene può perché così già è ò ù ì"
    ),
    "pt": (
        "o a os as um uma uns e é são era eu meu minha muito mas que de do da dos das em no na nos nas com "
        "por para não se lhe seu sua como mais este esta isto esse essa bem bom boa tudo todos me foi ser "
        "está ao ou sem gostei recomendo produto qualidade preço também porque quando já pelo pela ele ela "
        "você nem só até foram mesmo cada ã õ ç ê"
    ),
    "nl": (
        "de het een en is zijn was ik we wij je hij ze niet met op voor van te in dat die dit deze ook heel "
        "maar zoals nog bij uit heeft hebben had wordt worden kan als of mijn goed goede mooi mooie snel "
        "alles helaas meer naar door er om aan wel geen zo erg product kwaliteit prijs zeer veel wat dan nu "
        "over onze prima moet zich worden wil"
    ),
    "sv": (
        "och är var jag vi du han hon de det den ett en inte med på för av till i som om men mycket så bara "
        "också har hade kan att från vid min mitt mina bra fin fint snabb allt tyvärr mer än när ska skulle "
        "blev blir denna detta kvalitet pris eller inga nöjd väldigt även sig utan efter måste ingen ä ö å"
    ),
    "da": (
        "og er var jeg vi du han hun de det den et en ikke med på for af til i som om men meget så kun også "
        "har havde kan at fra ved min mit mine god godt fin fint hurtig alt desværre mere end når skal skulle "
        "blev bliver denne dette kvalitet pris eller ingen tilfreds uden efter noget hvad hvor nogen være mig "
        "nej andre hvis dette brug anbefaler levering mellem af kunne æ ø å"
    ),
    "nb": (
        "og er var jeg vi du han hun de det den et en ikke med på for av til i som om men veldig så bare også "
        "har hadde kan å fra ved min mitt mine god godt bra fin fint rask alt dessverre mer enn når skal "
        "skulle ble blir denne dette kvalitet pris eller ingen fornøyd uten etter meg noe hva hvor noen være "
        "nei andre hvis kun dette bruk anbefaler fort levering æ ø å"
    ),
    "pl": (
        "i jest są był była było nie to się na w z ze do od dla po o u za jak ale bardzo tylko też że co czy "
        "mi mnie mój moja ten ta te tego tej już by przez przy może dobry dobra dobrze super polecam produkt "
        "jakość cena wszystko lub oraz został można być jego ich ą ę ł ż ś ć ń ź"
    ),
    "cs": (
        "a je jsou byl byla bylo není to se na v ve z ze do od pro po o u za jak ale velmi jen také že co mi "
        "mě můj moje ten ta te toho té už by přes při může dobrý dobrá dobře doporučuji produkt kvalita cena "
        "vše nebo jako tak které který lze být jeho jejich si s k ě š č ř ž ů ý"
    ),
    "tr": (
        "ve bir bu çok için ile de da ama gibi daha en var yok değil ben benim biz o ne kadar her şey güzel "
        "iyi ürün kalite fiyat hızlı tavsiye ederim geldi aldım oldu olarak sonra olan mi mı ki ya veya ise "
        "göre hem ı ğ ş"
    ),
    "ru": (
        "и в не на я что это с по как но очень все у за к из от так для мне мой же бы он она они только есть "
        "было товар или при вы его её их может если быть этот ещё уже до без чтобы этого этой был была были "
        "нет когда где можно нужно хорошо хороший рекомендую качество цена спасибо отличный быстро доволен "
        "после более ы э ё"
    ),
    "uk": (
        "і в не на я що це з по як але дуже все у за до із від так для мені мій же він вона вони тільки є "
        "було товар або при ви його її їх може якщо бути цей ще вже без щоб та був була були немає коли можна "
        "треба повинен має добре гарний рекомендую якість ціна дякую швидко задоволена після більше цього й ї "
        "є ґ"
    ),
    "bg": (
        "и в не на аз че това с по как но много всичко у за към от така за ми моя ли би той тя те само има "
        "беше или при вие го я ги може ако да е са се който който този тази след без съм беше добър добре "
        "препоръчвам качество цена благодаря бързо доставка още няма във със ъ"
    ),
}
CYRILLIC = ("ru", "uk", "bg")
# Scripts that one language writes, or of which others are rare in a shop; in this order, since Japanese holds Han.
SCRIPTS = {
    "ja": r"\p{IsHiragana}|\p{IsKatakana}",
    "ko": r"\p{IsHangul}",
    "zh": r"\p{IsHan}",
    "th": r"\p{IsThai}",
    "el": r"\p{IsGreek}",
    "he": r"\p{IsHebrew}",
    "ar": r"\p{IsArabic}",
    "hi": r"\p{IsDevanagari}",
}
