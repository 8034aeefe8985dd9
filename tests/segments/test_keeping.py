"""A segmenter kept as text places residents as the fitted one."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from needs_analytics.segments import ResidentSegmenter
from needs_analytics.segments.keeping import model_from_json, model_json


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), n_segments=st.integers(1, 5), named=st.booleans(), size=st.sampled_from([40, 200]))
def test_a_kept_model_predicts_as_the_fitted_one(seed: int, n_segments: int, size: int, *, named: bool) -> None:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "age": random.integers(16, 95, size).astype(float), "sex": random.choice(["男", "女", None], size),
        "groups": random.choice(["", "alone_elder", "alone_elder;disabled", None], size),
        "participation": pd.Categorical(random.choice(["少", "中", "多"], size), ["少", "中", "多"], ordered=True),
    })  # fmt: skip
    frame.loc[0, "age"] = np.nan
    model = ResidentSegmenter(n_segments=n_segments, block_weights={"age": 0.5} if named else None).fit(frame)
    if named:
        model.segments_ = pd.DataFrame({"segment": ["s1"], "name": ["独居高龄"], "jaccard": [0.8]})
    kept = model_from_json(model_json(model))
    assert kept.predict(frame).tolist() == model.predict(frame).tolist()
    assert kept.get_params() == model.get_params()
    assert hasattr(kept, "segments_") == named
    assert model_json(kept) == model_json(model)


def test_the_text_holds_no_respondent() -> None:
    frame = pd.DataFrame({"age": [25.0, 27.0, 81.0, 84.0], "sex": ["男", "女", None, "女"]})
    told = json.loads(model_json(ResidentSegmenter(n_segments=2).fit(frame)))
    assert set(told) == {
        "parameters",
        "columns",
        "blocks",
        "centres",
        "scales",
        "shares",
        "profiles",
        "segments",
        "used_ids",
        "learnt",
        "misfit",
    }


def test_a_model_kept_before_there_were_latent_classes_is_read() -> None:
    frame = pd.DataFrame({"age": [25.0, 27.0, 81.0, 84.0]})
    model = ResidentSegmenter(n_segments=2).fit(frame)
    told = json.loads(model_json(model))
    old = {name: told[name] for name in ("parameters", "columns", "blocks", "centres", "segments")}
    assert model_from_json(json.dumps(old)).predict(frame).tolist() == model.predict(frame).tolist()
