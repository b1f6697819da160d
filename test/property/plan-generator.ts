import { escapeGlob } from '../../core/base/glob.ts'
import type { Claims } from '../../core/run/operation.ts'
import type { GroupDraft, NamedDraft, PlanDraft } from './plan-draft.ts'
import { createRandom, type Random } from './random.ts'
import { shellLine, type Step, touchedBy } from './script-steps.ts'

/** Some paths are a file in one plan and a folder in another. */
const paths = ['a', 'b', 'c/x', 'c/y', 'c/d/z', 'e/f/g', 'e/h', 'c', 'e/f']
const folders = ['', 'c', 'e', 'c/d', 'e/f']

/**
 * What is made besides reads, writes and scripts: real processes, some of which say less than they write (`liars`); or the same
 * without a process.
 */
export type Outside = 'processes' | 'liars' | 'pretended'

/** The plan of a number: the same on every machine. */
export function draftPlan(seed: number, outside: Outside = 'pretended'): PlanDraft {
  const random = createRandom(seed)
  const files: Record<string, string> = outside !== 'pretended' ? { '.own/keep': 'kept\n' } : {}
  for (const path of paths.slice(0, 7)) if (random.chance(0.6)) files[path] = `old ${path}\n`
  const names = createNames()
  const most = outside !== 'pretended' ? 4 : 6
  const groups: GroupDraft[] = []
  for (let index = random.upTo(most) + 1; index > 0; index--)
    groups.push(draftGroup({ random, outside, names }, groups))
  // A group may stand before one that it needs.
  return { files, groups: random.chance(0.3) ? groups.toReversed() : groups }
}

interface Drafting {
  readonly random: Random
  readonly outside: Outside
  names(): string
}

function createNames(): () => string {
  let count = 0
  return () => `o${++count}`
}

function draftGroup(drafting: Drafting, earlier: readonly GroupDraft[]): GroupDraft {
  const { random, outside } = drafting
  const one = (): NamedDraft => draftOperation(drafting)
  // What needs nothing is never skipped: a plan with processes runs one.
  const first =
    outside !== 'pretended' && earlier.length === 0 ? [draftCommand(random, drafting.names(), outside)] : []
  const growth = random.chance(0.3) && {
    rounds: random.pick([1, 1, 2, 3]),
    either: random.some(2, one),
    or: random.some(2, one),
  }
  const looks = growth && random.chance(0.6)
  const operations = looks
    ? [draftLook(random, drafting.names())]
    : random.some(outside !== 'pretended' ? 4 : 6, one)
  // Whether a lie is found out depends on who ran beside it: nothing may depend on that.
  if (outside === 'liars')
    return { name: `g${earlier.length}`, needs: [], operations: [...first, ...operations] }
  return {
    name: `g${earlier.length}`,
    needs: earlier.filter(() => random.chance(0.2)).map(({ name }) => name),
    operations: [...first, ...operations],
    ...(growth && { growth }),
    ...(random.chance(0.15) && { isConditional: true }),
    ...(random.chance(0.6) && { synthesises: true }),
  }
}

function draftOperation(drafting: Drafting): NamedDraft {
  const { random, outside } = drafting
  const name = drafting.names()
  if (random.chance(outside !== 'pretended' ? 0.5 : 0.1))
    return outside !== 'pretended' ? draftCommand(random, name, outside) : draftPretended(random, name)
  return random.chance(0.45)
    ? { name, ...draftBuiltin(random, outside) }
    : random.chance(0.2)
      ? draftLook(random, name)
      : draftScript(random, name)
}

function draftBuiltin(random: Random, outside: Outside): Pick<NamedDraft, 'kind' | 'input'> {
  const path = random.pick(paths)
  const patterns = outside !== 'pretended' ? ['*/x', 'c/**', 'e/*'] : ['**', '*/x', 'c/**', 'e/*']
  const old = random.pick(['old', '1', '\n'])
  switch (random.upTo(7)) {
    case 0:
      return { kind: 'read', input: { path } }
    case 1:
      return { kind: 'write', input: { path, text: `${random.upTo(100)}\n` } }
    case 2:
      return { kind: 'edit', input: { path, old, new: `<${random.upTo(9)}>`, all: true } }
    case 3:
      return { kind: 'list', input: { path: random.pick(folders) } }
    case 4:
      return { kind: 'glob', input: { pattern: random.pick(patterns) } }
    case 5: {
      const isWhole = outside === 'pretended' && random.chance(0.5)
      return {
        kind: 'grep',
        input: { pattern: 'old', ...(!isWhole && { path: random.pick(['c', 'e', 'a']) }) },
      }
    }
    default:
      return { kind: 'todo', input: { todos: [{ content: `${random.upTo(9)}`, status: 'pending' }] } }
  }
}

function draftScript(random: Random, name: string): NamedDraft {
  const idempotent = random.chance(0.6)
  const steps = draftSteps(random, (step) => idempotent || step.type !== 'fail-once')
  // What the first try saw decides what comes of it, though the next try does not look again.
  const isPatient = idempotent && random.chance(0.3)
  if (isPatient) steps[0] = { type: 'busy-until', path: random.pick(paths) }
  return {
    kind: 'script',
    name,
    input: { name, steps },
    claims: isPatient && random.chance(0.6) ? {} : draftClaims(random, steps),
    idempotent,
    ...(random.chance(0.1) && { exclusive: 'port' }),
  }
}

/** It hardly ever fails, so that what comes after it depends on what it saw. */
function draftLook(random: Random, name: string): NamedDraft {
  const steps = random.some(2, (): Step => ({ type: 'stat', path: random.pick(paths) }))
  steps.push({ type: 'list', path: random.pick(folders) })
  if (random.chance(0.3)) steps.unshift({ type: 'wait' })
  if (random.chance(0.2)) steps.push({ type: 'read', path: random.pick(paths) })
  const { reads } = claimsOf(steps)
  return {
    kind: 'look',
    name,
    input: { name, steps },
    claims: random.chance(0.2) ? { reads: reads! } : {},
    idempotent: true,
  }
}

/** What is not traced must claim all that it touches: more than that, or nothing said, costs time only. */
function draftPretended(random: Random, name: string): NamedDraft {
  const steps = draftSteps(random, isPlain)
  return { kind: 'outside', name, input: { name, steps }, claims: draftOuterClaims(random, steps).claims }
}

/** The name says of what kind the claims are. */
function draftCommand(random: Random, name: string, outside: Outside): NamedDraft {
  const steps = draftSteps(random, isPlain)
  const lines = steps.map(shellLine)
  // What is left out is at a place that nobody else looks at: nobody can be saved from a lie about the rest.
  if (random.chance(outside === 'liars' ? 0.4 : 0.12)) {
    const [label, line] =
      outside === 'liars' ? ['lies', `echo ${name} > .own/${name}`] : ['short', 'cat .own/keep']
    return {
      kind: 'bash',
      name: `${name}-${label}`,
      input: { command: [line, ...lines].join('\n') },
      claims: claimsOf(steps),
    }
  }
  const { label, claims } = draftOuterClaims(random, steps)
  return { kind: 'bash', name: `${name}-${label}`, input: { command: lines.join('\n') }, claims }
}

function isPlain({ type }: Step): boolean {
  return type !== 'fail-once' && type !== 'busy' && type !== 'busy-until'
}

function draftSteps(random: Random, isAllowed: (step: Step) => boolean): Step[] {
  const steps: Step[] = []
  for (let left = random.upTo(5) + 1; left > 0; left--) {
    const step = draftStep(random)
    const isSecond = step.type === 'fail-once' && steps.some(({ type }) => type === 'fail-once')
    steps.push(isAllowed(step) && !isSecond ? step : { type: 'wait' })
  }
  return steps
}

function draftStep(random: Random): Step {
  const path = random.pick(paths)
  if (random.chance(0.2)) return { type: 'wait' }
  if (random.chance(0.1)) return { type: random.pick(['fail', 'busy', 'fail-once', 'fail-once'] as const) }
  if (random.chance(0.45)) return draftWrite(random, path)
  const type = random.pick(['read', 'read', 'stat', 'list', 'remove', 'folder'] as const)
  return { type, path: type === 'list' ? random.pick(folders) : path }
}

function draftWrite(random: Random, path: string): Step {
  const other = random.pick(paths)
  switch (random.upTo(5)) {
    case 0:
      return { type: 'copy', path, from: other }
    case 1:
      return { type: 'move', path, from: other }
    case 2:
      return { type: 'write-if', path, when: other, other: random.pick(paths) }
    default:
      return { type: 'write', path, text: `${random.upTo(100)} by a script\n` }
  }
}

/** Half of them true; the others missing, too wide, with a path that is not touched, or without one that is. */
function draftClaims(random: Random, steps: readonly Step[]): Claims {
  const { reads, writes } = claimsOf(steps) as Required<Pick<Claims, 'reads' | 'writes'>>
  switch (random.upTo(10)) {
    case 0:
    case 1:
      return {}
    case 2:
      return { reads: ['**'], writes: ['**'] }
    case 3:
      return { reads: [...reads, 'never'], writes: [...writes, 'never'] }
    case 4:
      return { reads: reads.slice(1), writes: writes.slice(1) }
    default:
      return { reads, writes }
  }
}

function draftOuterClaims(random: Random, steps: readonly Step[]): { label: string; claims: Claims } {
  const { reads, writes } = claimsOf(steps)
  switch (random.upTo(8)) {
    case 0:
      return { label: 'missing', claims: {} }
    case 1:
      return { label: 'wide', claims: { reads: ['**'], writes: writes! } }
    case 2:
      return { label: 'untouched', claims: { reads: [...reads!, 'never'], writes: [...writes!, 'never'] } }
    default:
      return { label: 'true', claims: { reads: reads!, writes: writes! } }
  }
}

/** Claims that are true of the steps. */
function claimsOf(steps: readonly Step[]): Claims {
  const touched = steps.map(touchedBy)
  const globs = (found: readonly string[]): string[] => [
    ...new Set(found.map((path) => (path === '' ? '**' : escapeGlob(path)))),
  ]
  return {
    reads: globs(touched.flatMap(({ reads }) => reads)),
    writes: globs(touched.flatMap(({ writes }) => writes)),
  }
}
