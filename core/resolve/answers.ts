import type { Spot } from './rungs.ts'
import type { Resolution } from './trail.ts'

/** Answers to references as they are typed, remembered by what is asked and where it stands. */
export interface Answers {
  get(reference: string, from?: string): Resolution | undefined
  clear(): void
}

/** More are forgotten at once rather than one by one: who asks that much asks for everything. */
const mostAnswers = 200_000

/** Asks each question once; which file a text means is found out once for all references that stand in it. */
export function createAnswers(
  spotAt: (from: string) => Spot,
  ask: (reference: string, from?: Spot) => Resolution | undefined,
): Answers {
  const known = new Map<string | undefined, InFile>()
  let count = 0

  function clear(): void {
    known.clear()
    count = 0
  }

  function enter(from: string | undefined): InFile {
    const inFile = { spot: from === undefined ? undefined : spotAt(from), answers: new Map() }
    known.set(from, inFile)
    return inFile
  }

  return {
    clear,
    get(reference, from) {
      const before = known.get(from)?.answers.get(reference)
      if (before) return before
      if (++count > mostAnswers) clear()
      const { spot, answers } = known.get(from) ?? enter(from)
      const answer = ask(reference, spot)
      if (answer) answers.set(reference, answer)
      return answer
    },
  }
}

interface InFile {
  readonly spot: Spot | undefined
  readonly answers: Map<string, Resolution>
}
