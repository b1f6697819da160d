import { findNearest } from 'heddle'
import { readAction } from './action.ts'
import { type Condition, parseCondition } from './condition.ts'
import { type Step, stepKinds } from './step.ts'

/** Steps, and what is wrong with those that are none, in words. */
export interface ReadSteps {
  readonly steps: readonly Step[]
  readonly faults: readonly { readonly message: string; readonly hint: string }[]
}

/** What bounds the steps of a workflow. */
export interface StepLimits {
  readonly mostSteps: number
  readonly mostRounds: number
}

const keys = ['name', 'needs', 'when', 'each', 'until', 'rounds', 'steps', ...stepKinds] as const
const stepName = /^[A-Za-z][\w-]{0,59}$/

type Entry = Readonly<Record<string, unknown>>

/** Steps as data: each says what it does under the name of that (`grep: TODO`), and more about it in other keys. */
export function readSteps(value: unknown, limits: StepLimits): ReadSteps {
  const reader = new Reader(limits)
  const steps = reader.all(value, true)
  reader.checkNames(steps)
  return { steps, faults: reader.faults }
}

class Reader {
  readonly faults: { message: string; hint: string }[] = []
  readonly #limits: StepLimits
  readonly #counts = new Map<string, number>()

  constructor(limits: StepLimits) {
    this.#limits = limits
  }

  all(value: unknown, isOutermost: boolean): readonly Step[] {
    if (!Array.isArray(value) || value.length === 0) {
      this.#tell('"steps" should be a list with at least one step.', 'Write steps: [{ grep: TODO }].')
      return []
    }
    if (value.length > this.#limits.mostSteps) {
      this.#tell(
        `There are ${value.length} steps; ${this.#limits.mostSteps} are the most.`,
        'Make two workflows of it.',
      )
      return []
    }
    return value.flatMap((entry: unknown, index) => this.#one(entry, index + 1, isOutermost))
  }

  /** Names are unique, and what is needed is there. */
  checkNames(steps: readonly Step[]): void {
    const all = steps.flatMap((step) => [step, ...step.steps])
    const names = all.map(({ name }) => name)
    for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index)))
      this.#tell(`Two steps have the name "${name}".`, 'Give each a name of its own.')
    for (const { name, needs } of all)
      for (const need of needs)
        if (!names.includes(need))
          this.#tellUnknown(`The step "${name}" needs "${need}", which is no step.`, need, names)
  }

  #one(entry: unknown, position: number, isOutermost: boolean): Step[] {
    if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) {
      this.#tell(`Step ${position} is no set of keys.`, 'Write what it does: { grep: TODO }.')
      return []
    }
    const data = entry as Entry
    const before = this.faults.length
    const does = stepKinds.filter((kind) => Object.hasOwn(data, kind))
    const name = this.#nameOf(data, position, does[0] ?? 'loop')
    for (const key of Object.keys(data))
      if (!(keys as readonly string[]).includes(key))
        this.#tellUnknown(`The step "${name}" has an unknown key "${key}".`, key, keys)
    const isLoop = data['steps'] !== undefined
    if (does.length + (isLoop ? 1 : 0) !== 1)
      this.#tell(
        `The step "${name}" says ${does.length > 1 ? `${does.join(' and ')}; one` : 'not what it does'}.`,
        `Give it one of: ${stepKinds.join(', ')}, steps.`,
      )
    const action = does[0] === undefined ? null : readAction(does[0], data[does[0]])
    if (action !== null && 'fault' in action) this.#tell(`The step "${name}": ${action.fault}`, action.hint)
    const until = this.#conditions(name, data, 'until')
    if (isLoop && !isOutermost)
      this.#tell(`The step "${name}" goes round inside another.`, 'Take it out of there.')
    if (isLoop && until.length === 0)
      this.#tell(
        `The step "${name}" has steps and no "until".`,
        'Say when it is done: until: test.code == 0.',
      )
    const step: Step = {
      name,
      isNamed: typeof data['name'] === 'string',
      needs: this.#texts(name, data, 'needs'),
      when: this.#conditions(name, data, 'when'),
      each: this.#each(name, data),
      until,
      rounds: this.#rounds(name, data, until.length > 0),
      action: action !== null && 'fault' in action ? null : action,
      steps: isLoop && isOutermost ? this.all(data['steps'], false) : [],
    }
    return this.faults.length > before ? [] : [step]
  }

  #nameOf({ name }: Entry, position: number, kind: string): string {
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    if (name === undefined) return `${kind}-${count}`
    if (typeof name === 'string' && stepName.test(name) && name !== 'item' && name !== 'workflow') return name
    this.#tell(
      `Step ${position} has a name that cannot be used: ${JSON.stringify(name)}.`,
      'Use letters, digits, "-" and "_", a letter first; "item" and "workflow" are taken.',
    )
    return `step-${position}`
  }

  #texts(step: string, data: Entry, key: string): readonly string[] {
    const value = data[key] ?? []
    const list: unknown[] = Array.isArray(value) ? value : [value]
    if (list.every((each) => typeof each === 'string')) return list
    this.#tell(`"${key}" of the step "${step}" should be a text or a list of texts.`, 'Write it as a list.')
    return []
  }

  #conditions(step: string, data: Entry, key: 'when' | 'until'): readonly Condition[] {
    return this.#texts(step, data, key).flatMap((text) => {
      const condition = parseCondition(text)
      if (condition) return [condition]
      this.#tell(
        `"${key}" of the step "${step}" cannot be read: ${JSON.stringify(text)}.`,
        'Write a value and what it is compared with: find.count > 0, not find.files, test.status == failed.',
      )
      return []
    })
  }

  #each(step: string, { each, until }: Entry): string | null {
    if (each === undefined) return null
    const path = typeof each === 'string' ? /^\$\{([\w.-]+)\}$/.exec(each)?.[1] : undefined
    if (path === undefined)
      this.#tell(`"each" of the step "${step}" should name one value.`, 'Write each: ${find.files}.')
    if (until !== undefined)
      this.#tell(`The step "${step}" has both "each" and "until".`, 'Make two steps of it.')
    return path ?? null
  }

  #rounds(step: string, { rounds }: Entry, goesRound: boolean): number {
    const { mostRounds } = this.#limits
    if (rounds === undefined) return goesRound ? mostRounds : 1
    if (!goesRound) this.#tell(`The step "${step}" has "rounds" and no "until".`, 'Say when it is done.')
    if (Number.isInteger(rounds) && (rounds as number) >= 2 && (rounds as number) <= mostRounds)
      return rounds as number
    this.#tell(
      `"rounds" of the step "${step}" should be a number from 2 to ${mostRounds}.`,
      'Correct it, or raise the setting "most-rounds".',
    )
    return 2
  }

  #tellUnknown(message: string, word: string, known: readonly string[]): void {
    const [near] = findNearest(word, known, 1)
    this.#tell(message, near ? `Did you mean "${near.value}"?` : `There are: ${known.join(', ')}.`)
  }

  #tell(message: string, hint: string): void {
    this.faults.push({ message, hint })
  }
}
