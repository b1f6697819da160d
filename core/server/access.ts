import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** The secrets of one start. */
export interface Access {
  /** Sent by programs as `Authorization: Bearer`; stands in the printed address. */
  readonly token: string
  /** True for the token. */
  isToken(text: string): boolean
  /** What the cookie of a browser holds; it is no token, so that whoever reads cookies cannot act as a program. */
  readonly cookie: string
  isCookie(text: string): boolean
  /** A key that opens the page once, within a minute: for what other users of the machine may see, such as the words of a program. */
  issueKey(): string
  /** True for such a key, the first time. */
  takeKey(text: string): boolean
}

const keyMs = 60_000

/** New secrets: 128 random bits, or the token given. Comparing takes the same time wherever texts differ. */
export function createAccess(token = randomBytes(16).toString('hex')): Access {
  const cookie = createHmac('sha256', token).update('cookie').digest('hex')
  const keys = new Map<string, number>()
  return {
    token,
    isToken: (text) => isSame(text, token),
    cookie,
    isCookie: (text) => isSame(text, cookie),
    issueKey() {
      const key = randomBytes(16).toString('hex')
      keys.set(key, performance.now() + keyMs)
      return key
    },
    takeKey(text) {
      const known = [...keys].find(([key]) => isSame(text, key))
      if (!known) return false
      keys.delete(known[0])
      return performance.now() <= known[1]
    },
  }
}

function isSame(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
