"""A new model: an encoder tuned on the fit days and a blend fitted on the validation days."""

from __future__ import annotations

from dataclasses import replace

from pipelines.scoring.blend import Blend
from pipelines.scoring.fit_blend import fit_blend, scales
from training.encoder import Encoder
from training.encoder_files import load_base
from training.finetune import fine_tune
from training.inputs import read_reviews
from training.lab import Lab
from training.model_folder import Model, save_model, save_new_encoder, save_probe
from training.pairs import Span, Wish, draw_pairs
from training.windows import day_to_date

LEAST_VALIDATION = 10  # users without whom a blend is not fitted
SINCE_EVER = -(10**6)
PROBES = 8  # texts by which a model that was stored and loaded back is recognised


def make_challenger(lab: Lab) -> Model:
    """A new model, saved in `challenger/`: encoder tuned on the fit days, blend fitted on the validation days."""
    settings, folder = lab.night.settings, lab.night.work / "challenger"
    with lab.timed("load encoder"):
        base = load_base(settings.training.encoder, settings.training.max_tokens)
    with lab.timed("fine-tune"):
        tuned = tune(lab, base)
    encoder = save_new_encoder(tuned, folder)
    facts = {
        "run_date": str(lab.night.run_date),
        "fit_until": str(day_to_date(lab.split.fit_until)),
        "validation_until": str(day_to_date(lab.split.validation.last)),
        "encoder": encoder.base,
        "encoder_hash": encoder.base_hash,
        "dimension": encoder.dimension,
        "training": settings.training.model_dump(),
    }
    model = Model(folder, encoder, Blend(), settings.knn, facts)
    model = replace(model, blend=choose_blend(lab, model))
    save_model(model)
    save_probe(model, lab.inputs.texts[:PROBES])
    return model


def tune(lab: Lab, base: Encoder) -> Encoder:
    """`base` fine-tuned on the pairs of the fit days; `base` itself where that is not wanted or not possible."""
    settings = lab.night.settings.training
    if settings.tuning == "frozen" or not settings.max_steps:
        lab.notes.append("the encoder was left as it is, as the settings say")
        return base
    reviews = read_reviews(lab.night, lab.inputs.product_ids)
    window = lab.split.validation
    wish = Wish(settings.max_pairs, settings.review_share, settings.seed)
    fit = draw_pairs(lab.inputs.log, reviews, lab.inputs.texts, Span(SINCE_EVER, lab.split.fit_until), wish)
    later = draw_pairs(lab.inputs.log, reviews, lab.inputs.texts, Span(window.first, window.last), wish)
    if len(fit) < settings.batch_pairs:
        lab.notes.append(f"only {len(fit)} pairs to learn from: the encoder was left as it is")
        return base
    tuned, lab.curves = fine_tune(base, fit, later, settings)
    return tuned


def choose_blend(lab: Lab, model: Model) -> Blend:
    """The blend fitted on the validation days; default weights on measured scales where there are too few users."""
    ranker = lab.ranker(model, lab.split.fit_until)
    with lab.timed("fit blend"):
        cases = lab.validation_cases()
        if len(cases) >= LEAST_VALIDATION:
            return fit_blend(ranker, cases)
        lab.notes.append(f"only {len(cases)} users to fit a blend on: default weights, scores not calibrated")
        past = lab.inputs.histories(lab.split.test.last, model.knn).lists()[:1000]
        return replace(Blend(), scales=scales(ranker, past, past))
