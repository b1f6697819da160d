import {
  defineGroup,
  type GateSeverity,
  type GateSpec,
  type Group,
  type Operation,
  type Outcome,
  type Planning,
} from 'heddle'
import { actionUnknown, findingsOf, nameUnsafe } from './findings.ts'
import { type Action, actions, type SessionResult, type SessionState } from './result.ts'
import { maskText, maskValues } from './secrets.ts'
import { isSessionId, type SessionContext, type SessionSummary } from './session.ts'
import type { Bounds } from './shelf.ts'
import { synthesise } from './synthesise.ts'

const defaultBounds: Bounds = { maximumBytes: 1_048_576, maximumSessions: 100 }

/** The findings of the run before, to be saved with the context. */
export type Findings = SessionContext['findings']

interface Task {
  readonly action: Action
  readonly name: string | null
  readonly context: SessionContext
  readonly bounds: Bounds
}

/**
 * One group that saves, loads or lists sessions, and looks after the store as it does. Gives none, and a report, when the
 * arguments ask for something that there is not.
 */
export function planSession(planning: Planning, findings: Findings): readonly Group[] {
  const action = (planning.arguments['action'] ?? '').trim() || 'save'
  const name = (planning.arguments['name'] ?? '').trim() || null
  if (!isAction(action)) planning.report(actionUnknown(action))
  else if (name !== null && !isName(name, action)) planning.report(nameUnsafe(name))
  else
    return [
      stateGroup(planning, {
        action,
        name,
        context: contextOf(planning, findings),
        bounds: boundsOf(planning),
      }),
    ]
  return []
}

function stateGroup(planning: Planning, task: Task): Group {
  return defineGroup<SessionResult>({
    name: 'state',
    operations: firstOf(task),
    expand: (outcomes) => (task.action === 'save' ? afterSaving(task, outcomes) : []),
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

function firstOf({ action, name, context }: Task): readonly Operation[] {
  const list = { kind: 'session-list', name: 'check the store', input: {} }
  switch (action) {
    case 'save':
      return [{ kind: 'session-save', name: 'save', input: { name, context } }]
    case 'load':
      return [{ kind: 'session-load', name: 'load', input: { wanted: name } }, list]
    case 'list':
      return [list]
  }
}

/** The store is looked after whether the session could be saved or not. */
function afterSaving({ bounds }: Task, outcomes: readonly Outcome[]): readonly Operation[] {
  const saved = outcomes.find(({ kind, status }) => kind === 'session-save' && status === 'done')
  const id = (saved?.output as SessionSummary | undefined)?.id
  return [
    ...(id === undefined ? [] : [{ kind: 'session-load', name: 'read back', input: { wanted: id } }]),
    { kind: 'session-compact', name: 'compact', input: bounds },
    { kind: 'session-index', name: 'index', input: {} },
    { kind: 'session-list', name: 'check the store', input: {} },
  ]
}

function gate({ module }: Planning, name: string, of: keyof SessionState, otherwise: GateSeverity) {
  const declared = module.parts.gates.find((gate) => gate.name.toLowerCase().replace(/[_\s]+/g, '-') === name)
  return {
    name,
    severity: declared?.severity ?? otherwise,
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

function boundsOf({ module }: Planning): Bounds {
  const setting = (name: string, otherwise: number): number => {
    const value = Number(module.parts.settings.find((one) => one.name === name)?.default ?? Number.NaN)
    return Number.isSafeInteger(value) && value > 0 ? value : otherwise
  }
  return {
    maximumBytes: setting('max-bytes', defaultBounds.maximumBytes),
    maximumSessions: setting('keep', defaultBounds.maximumSessions),
  }
}

function isAction(text: string): text is Action {
  return (actions as readonly string[]).includes(text)
}

/** A session may be loaded by its id, but none may be named like the id of another. */
function isName(text: string, action: Action): boolean {
  if (isSessionId(text)) return action === 'load'
  return /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u.test(text)
}
