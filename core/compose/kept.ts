import { compareText } from '../base/diagnostic.ts'
import { digest } from '../base/key.ts'
import type { DurableStore } from '../vfs/durable.ts'
import type { Audience } from './settings.ts'

/** The outputs that were kept, one for each request. */
export interface KeptOutputs {
  /** What was kept for this request; undefined for the first time. */
  read(): Promise<string | undefined>
  write(text: string): Promise<void>
}

/** More requests than this are not remembered: the names that sort last go first. */
const mostKept = 50

/** The output kept for a request: the same references for the same audience, whatever their order and the budget. */
export function keptFor(
  store: DurableStore,
  references: readonly string[],
  audience: Audience = 'plain',
): KeptOutputs {
  const asked = [...new Set(references)].toSorted(compareText)
  const name = digest(JSON.stringify([audience, asked])).slice(0, 32)
  return {
    read: () => store.read(name),
    async write(text) {
      await store.write(name, text)
      const others = (await store.list()).filter((one) => one !== name)
      for (const one of others.slice(mostKept - 1)) await store.remove(one)
    },
  }
}
