// Hides passwords in a trace: what is secret is encrypted with a key of that trace, which any of its passwords unlocks.
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto"

/** The trace's key, encrypted with a key that is derived from a password; base64. */
export type Lock = { salt: string; key: string }

/** Encrypts and decrypts with one key. */
export type Seal = {
  close(bytes: Uint8Array): string
  /** Undefined when the text was not made with this key. */
  open(sealed: string): Uint8Array | undefined
  lock(password: Uint8Array): Lock
}

const KEY_BYTES = 32, NONCE_BYTES = 12, TAG_BYTES = 16, SALT_BYTES = 16

/** A seal with a key that nobody knows yet. */
export function newSeal(): Seal { return sealWith(randomBytes(KEY_BYTES)) }

/** The seal of a trace; undefined when the password is none of those that it was locked with. */
export function unlock(locks: readonly Lock[], password: Uint8Array): Seal | undefined {
  for (const { salt, key } of locks) {
    const opened = decrypt(derived(password, Buffer.from(salt, "base64")), key)
    if (opened !== undefined) return sealWith(opened)
  }
  return undefined
}

function sealWith(key: Uint8Array): Seal {
  return {
    close: (bytes) => encrypt(key, bytes),
    open: (sealed) => decrypt(key, sealed),
    lock(password) {
      const salt = randomBytes(SALT_BYTES)
      return { salt: salt.toString("base64"), key: encrypt(derived(password, salt), key) }
    },
  }
}

/** Slow on purpose: a trace may be handed on, and passwords of phones are short. */
function derived(password: Uint8Array, salt: Uint8Array): Uint8Array { return scryptSync(password, salt, KEY_BYTES) }

function encrypt(key: Uint8Array, bytes: Uint8Array): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv("aes-256-gcm", key, nonce)
  const body = Buffer.concat([cipher.update(bytes), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64")
}

function decrypt(key: Uint8Array, sealed: string): Uint8Array | undefined {
  const all = Buffer.from(sealed, "base64")
  if (all.length < NONCE_BYTES + TAG_BYTES) return undefined
  const cipher = createDecipheriv("aes-256-gcm", key, all.subarray(0, NONCE_BYTES))
  cipher.setAuthTag(all.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  try {
    return new Uint8Array(Buffer.concat([cipher.update(all.subarray(NONCE_BYTES + TAG_BYTES)), cipher.final()]))
  } catch {
    return undefined
  }
}
