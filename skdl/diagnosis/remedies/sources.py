"""The books and papers that most remedies are from."""

from __future__ import annotations

__all__ = ["GOODFELLOW", "KARPATHY", "LECUN", "NG", "PLAYBOOK"]

NG = "Ng (2018), Machine Learning Yearning, "
GOODFELLOW = "Goodfellow, Bengio and Courville (2016), Deep Learning, "
PLAYBOOK = "Godbole et al. (2023), Deep Learning Tuning Playbook"
KARPATHY = "Karpathy (2019), A Recipe for Training Neural Networks"
LECUN = "LeCun, Bottou, Orr and Müller (1998), Efficient BackProp, "
