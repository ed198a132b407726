"""The small model's words: byte-level BPE that takes the glue of JSON as one piece.

An answer such as `{"subgoals":[{"skill":"pick","object":{"category":"Mug"}}]}` is mostly glue.
Where the text is parted between glue and words, merges make each run of glue one token, and the
answer becomes five tokens instead of thirty: training and answering take a sixth of the time.
"""

from collections.abc import Iterable
from typing import Any

SYSTEM, USER, ASSISTANT, END, PAD = "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|pad|>"
SPECIAL = (PAD, END, SYSTEM, USER, ASSISTANT)

_GLUE = r'(?:[{}\[\],]|"[a-z_]+":|")+'
"""Brackets, commas, quotes and keys, however many stand together."""
_WORDS = r" ?[A-Za-z]+| ?[0-9]| ?[^\sA-Za-z0-9{}\[\],\"]+|\s+"

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}"
    "<|system|>{{ (message['content'].split('\n') | first).strip() }}"
    "{% else %}"
    "<|{{ message['role'] }}|>{{ message['content'].strip() }}"
    "{% if message['role'] == 'assistant' %}<|end|>{% endif %}"
    "{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
"""Of the system message the first line alone is read: it names the question, the rest explains it
to models that were not trained on it."""


def train_tokenizer(texts: Iterable[str], *, vocabulary_size: int, max_length: int) -> Any:
    """Learn the merges and return a tokenizer of transformers' fast kind.

    Args:
        texts: Conversations, questions and answers, as strings.
        vocabulary_size: Tokens, the 256 bytes and the special ones included.
        max_length: The longest conversation that the model reads, in tokens.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(f"{_GLUE}|{_WORDS}"), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=END,
        additional_special_tokens=[SYSTEM, USER, ASSISTANT],
        model_max_length=max_length,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast
