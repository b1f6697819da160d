import {
  declaredSeverity,
  defineGroup,
  type GateSeverity,
  type GateSpec,
  grep,
  type Group,
  type Operation,
  type Outcome,
  type Planning,
} from 'heddle'
import { actionUnknown, findingsOf, keepUnknown, nameUnsafe } from './findings.ts'
import { type Action, actions, type SessionResult, type SessionState } from './result.ts'
import { maskText, maskValues } from './secrets.ts'
import { isSessionId, type SessionContext } from './session.ts'
import type { Bounds } from './shelf.ts'
import { savedIn, synthesise } from './synthesise.ts'
import { hasRepository, lookAt, lookedAt, memoryFiles, memoryIn, treeOf, treeQuestion } from './tree.ts'

const defaultBounds: Bounds = { maximumBytes: 1_048_576, maximumSessions: 100 }

/** The findings of the run before, to be saved with the context. */
export type Findings = SessionContext['findings']

interface Task {
  readonly action: Action
  readonly name: string | null
  /** What a forked session is called. */
  readonly as: string
  readonly context: SessionContext
  readonly bounds: Bounds
  /** True where git can say how the work stands. */
  readonly hasTree: boolean
}

/**
 * One group that does what the argument `action` asks for, and looks after the store as it does. Gives none, and a report, when
 * the arguments ask for something that there is not.
 */
export function planSession(planning: Planning, findings: Findings): readonly Group[] {
  const { action = '', name = '', as = '', keep = '' } = planning.arguments
  const asked = action.trim() || 'save'
  const known = isAction(asked) ? asked : undefined
  const wanted = name.trim() || null
  if (!known) planning.report(actionUnknown(asked))
  else if (wanted !== null && !isName(wanted, known)) planning.report(nameUnsafe(wanted))
  else if (known === 'fork' && !isName(as.trim(), 'save')) planning.report(nameUnsafe(as))
  else if (!/^\d*$/.test(keep.trim()) || keep.trim() === '0') planning.report(keepUnknown(keep))
  else
    return [
      stateGroup(planning, {
        action: known,
        name: wanted,
        as: as.trim(),
        context: contextOf(planning, findings),
        bounds: boundsOf(planning),
        hasTree: planning.folder !== null && hasRepository(planning.folder),
      }),
    ]
  return []
}

function stateGroup(planning: Planning, task: Task): Group {
  return defineGroup<SessionResult>({
    name: 'state',
    operations: firstOf(task),
    rounds: 3,
    expand: (outcomes, round) => laterOf(task, outcomes, round),
    synthesise(outcomes, context) {
      const result = synthesise(outcomes, task)
      for (const finding of findingsOf(result)) context.report(finding)
      return result
    },
    gates: [
      gate(planning, 'context-preserved', 'contextPreserved', 'blocking'),
      gate(planning, 'artifacts-updated', 'artifactsUpdated', 'warning'),
      gate(planning, 'health-monitored', 'healthMonitored', 'warning'),
      gate(planning, 'memory-optimized', 'memoryOptimized', 'warning'),
      ...notesGate(planning, task),
    ],
  })
}

const inventory: Operation = { kind: 'session-list', name: 'check the store', input: {} }
const index: Operation = { kind: 'session-index', name: 'index', input: {} }
const openWork = grep({ pattern: '\\b(?:TODO|FIXME)\\b', outputMode: 'count' }, { name: 'open work' })

function firstOf(task: Task): readonly Operation[] {
  const { action, name, as, bounds, hasTree } = task
  const load: Operation = { kind: 'session-load', name: 'load', input: { wanted: name } }
  const surroundings = [...(hasTree ? [treeQuestion] : []), openWork, ...memoryFiles.map(lookAt)]
  switch (action) {
    case 'save':
      return surroundings
    case 'load':
    case 'resume':
      return [...surroundings, load, inventory]
    case 'show':
      return [load, inventory]
    case 'list':
      return [inventory]
    case 'fork':
      return [{ kind: 'session-fork', name: 'fork', input: { wanted: name, name: as } }]
    case 'prune':
      return [
        name === null
          ? { kind: 'session-compact', name: 'compact', input: bounds }
          : { kind: 'session-remove', name: 'remove', input: { wanted: name } },
        index,
        inventory,
      ]
  }
}

/** First the files that git named are looked at; what is saved is saved with them, and then the store is looked after. */
function laterOf(task: Task, outcomes: readonly Outcome[], round: number): readonly Operation[] {
  const { action, hasTree } = task
  if (action === 'fork') return round === 1 ? afterSaving(task, outcomes) : []
  const looks = hasTree && round === 1 ? lookedAt(outcomes).map(lookAt) : []
  if (action !== 'save') return looks
  // A tree without changes needs no look, and no round of its own.
  if (looks.length > 0) return looks
  const isSaved = outcomes.some(({ kind }) => kind === 'session-save')
  if (!isSaved) return [save(task, outcomes)]
  return outcomes.some(({ kind }) => kind === 'session-index') ? [] : afterSaving(task, outcomes)
}

function save({ name, context }: Task, outcomes: readonly Outcome[]): Operation {
  const whole = { ...context, tree: treeOf(outcomes), memory: memoryIn(outcomes) }
  return { kind: 'session-save', name: 'save', input: { name, context: whole } }
}

/** The store is looked after whether the session could be saved or not. */
function afterSaving({ bounds }: Task, outcomes: readonly Outcome[]): readonly Operation[] {
  const id = savedIn(outcomes)?.id
  return [
    ...(id === undefined ? [] : [{ kind: 'session-load', name: 'read back', input: { wanted: id } }]),
    { kind: 'session-compact', name: 'compact', input: bounds },
    index,
    inventory,
  ]
}

function gate({ module }: Planning, name: string, of: keyof SessionState, otherwise: GateSeverity) {
  return {
    name,
    severity: declaredSeverity([module], name, otherwise),
    check: (_: readonly Outcome[], result: SessionResult | undefined) => result?.[of],
  }
}

/** Asked for by a module that declares it, and only where something is saved. */
function notesGate({ modules }: Planning, { action, context }: Task): readonly GateSpec[] {
  const declared = modules.flatMap(({ parts }) => parts.gates).find(({ name }) => name === 'notes-given')
  if (!declared || action !== 'save') return []
  return [{ name: declared.name, severity: declared.severity, check: () => context.notes.trim() !== '' }]
}

function contextOf(planning: Planning, findings: Findings): SessionContext {
  const { notes = '', ...words } = planning.arguments
  return {
    command: planning.command.name,
    arguments: maskValues(words),
    modules: planning.modules.map(({ id, digest }) => ({ id, digest })),
    findings,
    notes: maskText(notes),
  }
}

function boundsOf({ module, arguments: { keep = '' } }: Planning): Bounds {
  const setting = (name: string, otherwise: number): number => {
    const value = Number(module.parts.settings.find((one) => one.name === name)?.default ?? Number.NaN)
    return Number.isSafeInteger(value) && value > 0 ? value : otherwise
  }
  return {
    maximumBytes: setting('max-bytes', defaultBounds.maximumBytes),
    maximumSessions: Number(keep.trim()) || setting('keep', defaultBounds.maximumSessions),
  }
}

function isAction(text: string): text is Action {
  return (actions as readonly string[]).includes(text)
}

/** A session may be loaded by its id, but none may be named like the id of another. */
function isName(text: string, action: Action): boolean {
  if (isSessionId(text)) return action !== 'save'
  return /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u.test(text)
}
