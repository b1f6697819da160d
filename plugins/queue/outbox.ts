/** How many were there to hear it. */
export interface Heard {
  readonly nodes: number
}

/** Sends a message to a node; settles when it has been published. What is said second is heard second. */
export type Send<M> = (node: string, message: M) => Promise<Heard>

interface Letter<M> {
  readonly message: M
  settle(sent: Promise<Heard>): void
}

/** Letters of JSON for one publish; the relay takes 512 KB, and one of these may be three bytes. */
const mostLetters = 128 * 1024

/**
 * Sends what is said to the same node in one moment, or while something is still on its way there, as one message: a publish costs the
 * queue about as much as a job, whatever is in it.
 */
export function createOutbox<M>(publish: (node: string, messages: readonly M[]) => Promise<Heard>): Send<M> {
  /** A node is in here while something is on its way there. */
  const boxes = new Map<string, Letter<M>[]>()

  async function empty(node: string, letters: Letter<M>[]): Promise<void> {
    while (letters.length > 0) {
      const batch = letters.splice(0, countOf(letters))
      const sent = publish(
        node,
        batch.map(({ message }) => message),
      )
      for (const { settle } of batch) settle(sent)
      // Whoever sent it is told; the next ones are sent all the same.
      await sent.catch(() => undefined)
    }
    boxes.delete(node)
  }

  return (node, message) =>
    new Promise((settle) => {
      const letters = boxes.get(node)
      if (letters) return void letters.push({ message, settle })
      const made = [{ message, settle }]
      boxes.set(node, made)
      setImmediate(() => void empty(node, made))
    })
}

/** How many go together: one at least, for what is alone too large is refused by the relay, which says why. */
function countOf(letters: readonly Letter<unknown>[]): number {
  if (letters.length === 1) return 1
  let size = 0
  const end = letters.findIndex(({ message }, index) => {
    size += JSON.stringify(message).length
    return index > 0 && size > mostLetters
  })
  return end < 0 ? letters.length : end
}
