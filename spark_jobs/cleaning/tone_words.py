"""Words of clear praise and clear blame of a purchase, by language, as normalised words.

Left out on purpose: words for the trouble that a product is bought against (pain, dry, damaged, dirty, smell), and
words that say little (good, nice, cheap, small). `MILD` words count only where they are negated.
"""

PRAISE = {
    "en": (
        "love loved loves loving great excellent perfect perfectly amazing awesome wonderful fantastic "
        "beautiful best happy pleased delighted lovely superb outstanding recommend brilliant gorgeous "
        "favorite favourite fabulous thrilled"
    ),
    "de": (
        "liebe super toll tolle tolles toller perfekt perfekte hervorragend ausgezeichnet begeistert "
        "wunderschön wunderschöne wunderschönes zufrieden empfehlen empfehlenswert klasse genial spitze "
        "fantastisch großartig traumhaft bestens gerne"
    ),
    "fr": (
        "adore parfait parfaite excellent excellente superbe magnifique ravie ravi génial géniale recommande "
        "satisfait satisfaite merveilleux merveilleuse super enchantée enchanté impeccable"
    ),
    "es": (
        "encanta encantó encantada encantado excelente perfecto perfecta maravilloso maravillosa fantástico "
        "recomiendo genial estupendo estupenda contenta contento feliz increíble hermoso hermosa"
    ),
}
BLAME = {
    "en": (
        "disappointed dissapointed disapointed disappointing disappointment terrible horrible awful useless "
        "worthless worst crap defective rubbish returned returning unusable regret poor poorly hate hated "
        "unacceptable scam fake misleading ripoff pathetic"
    ),
    "de": (
        "enttäuscht enttäuschend enttäuschung schrecklich furchtbar nutzlos unbrauchbar wertlos schlecht "
        "schlechte schlechter defekt reklamation zurückgeschickt rücksendung mangelhaft miserabel katastrophe "
        "frechheit kaputt minderwertig ärgerlich"
    ),
    "fr": (
        "déçu déçue décevant décevante déception horrible affreux inutile inutilisable nul nulle défectueux "
        "défectueuse mauvais mauvaise médiocre cassé cassée catastrophe pire déplorable renvoyé"
    ),
    "es": (
        "decepción decepcionado decepcionada decepcionante terrible horrible inútil pésimo pésima defectuoso "
        "defectuosa malo mala peor roto rota devolver devuelto devolví"
    ),
}
MILD = {
    "en": "good nice work works worked working worth buy help helped satisfied impressed",
    "de": "gut gute guter gutes kaufen funktioniert wert nochmal wieder",
    "fr": "bon bonne bien fonctionne marche acheter vaut content contente",
    "es": "bueno buena funciona sirve comprar vale gustó gusta",
}
NEGATIONS = {
    "en": (
        "not no never dont doesnt didnt isnt wasnt wouldnt wont cannot cant nothing without hardly arent werent couldnt"
    ),
    "de": "nicht kein keine keinen keiner nie niemals ohne kaum nichts",
    "fr": "ne pas jamais aucun aucune sans rien n",
    "es": "no nunca sin ni nada tampoco",
}
HEDGES = {  # praise after them is of what was hoped for
    "en": "thought hoped hoping wanted expected supposed should if",
    "de": "dachte gehofft hoffte wollte erwartet sollte wenn wäre",
    "fr": "pensais espérais voulais attendais devait si",
    "es": "pensé esperaba quería debería si",
}
FINAL = {  # blame even where it is negated: "do not waste your money"
    "en": "waste wasted junk garbage trash refund",
    "de": "schrott müll billigschrott geldverschwendung",
    "fr": "arnaque remboursement poubelle",
    "es": "basura estafa reembolso",
}
