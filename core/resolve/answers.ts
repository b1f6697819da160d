import type { Resolution } from './trail.ts'

/** Answers to references as they are typed, remembered by what is asked and where it stands. */
export interface Answers {
  get(reference: string, from?: string): Resolution | undefined
  clear(): void
}

/** More are forgotten at once rather than one by one: who asks that much asks for everything. */
const mostAnswers = 200_000

/** Asks each question once. */
export function createAnswers(ask: (reference: string, from?: string) => Resolution | undefined): Answers {
  const known = new Map<string | undefined, Map<string, Resolution | undefined>>()
  let count = 0

  function clear(): void {
    known.clear()
    count = 0
  }

  function remember(reference: string, from: string | undefined): Resolution | undefined {
    const answer = ask(reference, from)
    if (++count > mostAnswers) clear()
    const inFile = known.get(from)
    if (inFile) inFile.set(reference, answer)
    else known.set(from, new Map([[reference, answer]]))
    return answer
  }

  return {
    clear,
    get(reference, from) {
      const answer = known.get(from)?.get(reference)
      return answer ?? remember(reference, from)
    },
  }
}
