"""Sealing content to its recipients, and opening it (SPEC 4). The relay may not import this.

- The content key is wrapped for each recipient by HPKE over X25519 and ML-KEM-768 together; the
  content is sealed by Cobblestone-256, which commits to its key: one ciphertext never opens as
  two texts for two recipients.
- Channel, sender, number, type, commitment and the whole recipient set are bound into every wrap
  and into the cipher, so a body opens in its own statement and nowhere else. The context of the
  cipher is thus never empty, though the library would accept that.
- Nothing leaves :func:`unseal` before the last chunk was authenticated and the commitment matched.
  The attachment opener, which must stream, names what it hands out earlier *unverified*.
- One cipher object, one message. Salts and ids are arguments; keys come from the library.
"""

from paraph.protocol.sealed.attachments import (
    ATTACHMENT_ID_SIZE,
    AttachmentOpener,
    AttachmentSealer,
    attachment_key,
)
from paraph.protocol.sealed.content import (
    CONTENT_KEY_SIZE,
    SALT_SIZE,
    SEALING_SEED_SIZE,
    Binding,
    Sealed,
    SealingKey,
    check_content,
    commitment,
    open_content,
    open_with,
    seal,
    unseal,
    unwrap,
    wrap_for,
)

__all__ = [
    "ATTACHMENT_ID_SIZE",
    "CONTENT_KEY_SIZE",
    "SALT_SIZE",
    "SEALING_SEED_SIZE",
    "AttachmentOpener",
    "AttachmentSealer",
    "Binding",
    "Sealed",
    "SealingKey",
    "attachment_key",
    "check_content",
    "commitment",
    "open_content",
    "open_with",
    "seal",
    "unseal",
    "unwrap",
    "wrap_for",
]
