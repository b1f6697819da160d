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

/** What is said to nodes, on its way. */
export interface Outbox<M> {
  readonly send: Send<M>
  /** From now on nothing waits for company. Settles when nothing is left. */
  hurry(): Promise<void>
}

/** What waits for one node. */
interface Box<M> {
  readonly letters: Letter<M>[]
  timer: NodeJS.Timeout | undefined
  /** When this turn is over, it is looked at what leaves. */
  willLook: boolean
  /** While something is on its way there. */
  isSending: boolean
}

/** For how long a message waits for company. */
const companyMs = 10

/**
 * Sends what is said to the same node in one moment, or while something is still on its way there, as one message: a publish costs the
 * queue about as much as a job, whatever is in it. `mayWait` is asked whether a message that could leave may wait for company.
 */
export function createOutbox<M>(
  publish: (node: string, messages: readonly M[]) => Promise<Heard>,
  mayWait: (message: M) => boolean = () => false,
): Outbox<M> {
  /** A node is in here while something is to go there, or is on its way. */
  const boxes = new Map<string, Box<M>>()
  const waiting = new Set<() => void>()
  let hurried = false

  function look(node: string, box: Box<M>): void {
    box.willLook = false
    if (box.isSending || box.letters.length === 0) return
    if (hurried || !box.letters.every(({ message }) => mayWait(message))) return void empty(node, box)
    box.timer ??= setTimeout(() => void empty(node, box), companyMs)
  }

  async function empty(node: string, box: Box<M>): Promise<void> {
    clearTimeout(box.timer)
    box.timer = undefined
    box.isSending = true
    const batch = box.letters.splice(0, countOf(box.letters))
    const sent = publish(
      node,
      batch.map(({ message }) => message),
    )
    for (const { settle } of batch) settle(sent)
    // Whoever sent it is told; the next ones are sent all the same.
    await sent.catch(() => undefined)
    box.isSending = false
    if (box.letters.length > 0) return look(node, box)
    boxes.delete(node)
    if (boxes.size === 0) for (const settle of waiting) settle()
  }

  return {
    send: (node, message) =>
      new Promise((settle) => {
        const box = boxes.get(node) ?? { letters: [], timer: undefined, willLook: false, isSending: false }
        boxes.set(node, box)
        box.letters.push({ message, settle })
        if (box.willLook || box.isSending) return
        box.willLook = true
        setImmediate(look, node, box)
      }),
    async hurry() {
      hurried = true
      if (boxes.size === 0) return
      const settled = new Promise<void>((resolve) => waiting.add(resolve))
      for (const [node, box] of boxes) look(node, box)
      await settled
    },
  }
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
