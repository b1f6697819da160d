import type { Operation, Outcome } from 'heddle'
import { allHold, type Making, operationOf, valuesOf } from './operations.ts'
import { levelsOf, orderOf } from './order.ts'
import type { Step } from './step.ts'

/** Gives the operations of each round of a step that goes round, until it has what it wants; none after a failure. */
export interface Rounds {
  /** How often it gives some, at most. */
  readonly most: number
  /** To be asked when all that it gave before has ended. */
  next(own: readonly Outcome[], needed: Iterable<readonly Outcome[]>): readonly Operation[]
}

/** The rounds of a step: what is in it by what comes after what, then from the beginning. */
export function createRounds(step: Step, making: Making): Rounds {
  const body = step.steps.length > 0 ? step.steps : [step]
  const levels = inLevels(body)
  let turn = 0

  function atLevel(
    level: number,
    pass: number,
    known: readonly (readonly Outcome[])[],
  ): readonly Operation[] {
    const wanted = levels[level]!.filter(
      (inner) => inner === step || allHold(inner.when, valuesOf(making, known)),
    )
    return wanted.flatMap((inner) => {
      const name = pass === 0 ? inner.name : `${inner.name} (${pass + 1})`
      return inner.action ? [operationOf(name, inner.action, making, () => valuesOf(making, known))] : []
    })
  }

  return {
    most: step.rounds * levels.length + 1,
    next(own, needed) {
      if (own.some(({ status }) => status !== 'done')) return []
      const known = [...needed, own]
      for (; ; turn++) {
        const [pass, level] = [Math.floor(turn / levels.length), turn % levels.length]
        if (level === 0 && pass > 0 && allHold(step.until, valuesOf(making, known))) return []
        if (pass === step.rounds) return [notReached(step)]
        const operations = atLevel(level, pass, known)
        if (operations.length === 0) continue
        turn++
        return operations
      }
    },
  }
}

function inLevels(body: readonly Step[]): readonly (readonly Step[])[] {
  const levels = levelsOf(orderOf(body))
  const most = Math.max(...levels.values())
  return Array.from({ length: most }, (_, index) => body.filter(({ name }) => levels.get(name) === index + 1))
}

function notReached({ name, rounds, until }: Step): Operation {
  const wanted = until.map(({ text }) => text).join(', and ')
  return {
    kind: 'chain-refuse',
    name: `${name} after ${rounds} rounds`,
    input: {
      code: 'chain/not-reached',
      message: `After ${rounds} rounds of "${name}" it is still not so that ${wanted}.`,
      hint: 'Look at what the last round gave; give it more rounds, or another end.',
    },
  }
}
