"""FlowPlan (Lin et al. 2025, arXiv 2503.02698): planning as a flow of four questioned stages.

Task information retrieval, language-level reasoning, symbolic-level planning and logical
evaluation, with what the evaluation finds fed back to the stage before.
"""
