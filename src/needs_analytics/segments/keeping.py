"""A fitted segmenter as text and back: what next month's residents are placed by."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd

from needs_analytics.segments.encode import Block, Encoding, Question
from needs_analytics.segments.levels import Levels, Scale
from needs_analytics.segments.mixture import Classes
from needs_analytics.segments.segmenter import ResidentSegmenter

_ARRAYS = ("low", "high", "centre")


def model_json(model: ResidentSegmenter) -> str:
    """Return a fitted segmenter as JSON: how questions are read, the segments' profiles or centres, their names.

    It holds quantiles and options of questions and shares of segments, and nothing of any respondent.
    """
    encoding, centres, levels, classes = model.encoding_, model.cluster_centers_, model.levels_, model.classes_
    told: dict[str, Any] = {
        "parameters": model.get_params(),
        "columns": [str(name) for name in getattr(model, "feature_names_in_", ())],
        "blocks": None if encoding is None else [_told(block) for block in encoding.blocks],
        "centres": None if centres is None else centres.tolist(),
        "scales": None if levels is None else [_told_scale(scale) for scale in levels.scales],
        "shares": None if classes is None else classes.shares.tolist(),
        "profiles": None if classes is None else classes.profiles.tolist(),
        "segments": getattr(model, "segments_", pd.DataFrame()).to_dict("list"),
        "used_ids": list(getattr(model, "used_ids_", ())),
        "learnt": model.n_learnt_,
        "misfit": _known(getattr(model, "misfit_", float("nan"))),
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, default=_plain)


def model_from_json(text: str) -> ResidentSegmenter:
    """Return the segmenter that :func:`model_json` told; it places residents as the fitted one did.

    It has no ``labels_``: those of its own month stay there. One kept before there were latent classes has centres.
    """
    told = json.loads(text)
    parameters = told["parameters"] | {"multi_select": tuple(told["parameters"]["multi_select"])}
    model = ResidentSegmenter(**parameters)
    model.encoding_ = model.cluster_centers_ = model.levels_ = model.classes_ = None
    if told["blocks"] is None:
        model.levels_ = Levels(tuple(_scale(scale) for scale in told["scales"]))
        model.classes_ = Classes(np.array(told["shares"]), np.array(told["profiles"]))
    else:
        model.encoding_ = Encoding(tuple(_block(block) for block in told["blocks"]))
        model.cluster_centers_ = np.array(told["centres"], dtype=float).reshape(len(told["centres"]), -1)
    model.n_segments_ = len(told["centres"] or told["shares"])
    if told["columns"]:
        model.feature_names_in_ = np.array(told["columns"], dtype=object)
        model.n_features_in_ = len(told["columns"])
    model.n_learnt_ = int(told.get("learnt", 0))
    if told["segments"]:
        model.segments_ = pd.DataFrame(told["segments"])
        misfit = told.get("misfit")
        model.misfit_ = float("nan") if misfit is None else misfit
        model.used_ids_ = tuple(told.get("used_ids", told["segments"]["segment"]))
    return model


def _told(block: Block) -> dict[str, Any]:
    question = _told_question(block.question)
    arrays = {name: getattr(block, name).tolist() for name in _ARRAYS}
    return {"question": question, "kept": block.kept.tolist(), "scale": block.scale, **arrays}


def _block(told: dict[str, Any]) -> Block:
    question = told["question"] | {"options": tuple(told["question"]["options"])}
    arrays = {name: np.array(told[name], dtype=float) for name in _ARRAYS}
    return Block(Question(**question), np.array(told["kept"], dtype=bool), scale=float(told["scale"]), **arrays)


def _told_question(question: Question) -> dict[str, Any]:
    return {"name": question.name, "kind": question.kind, "options": list(question.options)}


def _told_scale(scale: Scale) -> dict[str, Any]:
    return {
        "question": _told_question(scale.question),
        "edges": scale.edges.tolist(),
        "exponent": scale.exponent,
    }


def _scale(told: dict[str, Any]) -> Scale:
    question = told["question"] | {"options": tuple(told["question"]["options"])}
    return Scale(Question(**question), np.array(told["edges"], dtype=float), float(told["exponent"]))


def _known(figure: float) -> float | None:
    return None if math.isnan(figure) else figure


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return dict(value) if hasattr(value, "keys") else list(value)  # type: ignore[call-overload]
