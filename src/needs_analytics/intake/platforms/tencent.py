"""腾讯文档收集表: two automatic columns, （必填） behind the questions."""

from __future__ import annotations

from needs_analytics.intake.platforms.profile import Profile, all_of, as_it_is

TENCENT = Profile("腾讯文档收集表", all_of({"提交者(自动)"}, {"提交时间(自动)"}), as_it_is)
