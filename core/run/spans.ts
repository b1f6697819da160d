import type * as Api from '@opentelemetry/api'
import type { Attributes, Context, Span } from '@opentelemetry/api'
import type { RunEvent } from './events.ts'
import type { Lane, OperationName } from './operation.ts'
import { operationKey } from './record.ts'
import type { Outcome, OutcomeStatus, Report } from './report.ts'

/** Spans of one run for OpenTelemetry: the run, its groups, their operations. */
export interface RunSpans {
  see(event: RunEvent): void
  /** Calls the operation's own code inside its span, so that what it calls is traced below it. */
  around(name: OperationName, call: () => unknown): unknown
  /** Ends the run's span, and what was left open. */
  end(report: Report | undefined): void
}

const register = Symbol.for('opentelemetry.js.api.1')
let loaded: Promise<typeof Api | undefined> | undefined

/**
 * Spans when a tracing SDK is registered in this process; undefined when none is, which costs one look. The run's span is a
 * child of the span that is active where the run is started.
 */
export async function openSpans(): Promise<RunSpans | undefined> {
  const registered = (globalThis as { [register]?: { trace?: unknown } })[register]
  if (!registered?.trace) return undefined
  loaded ??= import('@opentelemetry/api').catch(() => undefined)
  const api = await loaded
  return api && guarded(createSpans(api))
}

/** An exporter that throws is no reason for a run to fail. */
function guarded(spans: RunSpans): RunSpans {
  const safely = (call: () => void): void => {
    try {
      call()
    } catch {
      // Spans are there to watch the run, which goes on without them.
    }
  }
  return {
    see: (event) => safely(() => spans.see(event)),
    around: (name, call) => spans.around(name, call),
    end: (report) => safely(() => spans.end(report)),
  }
}

interface OpenSpan {
  readonly span: Span
  readonly context: Context
}

function createSpans({ context, SpanStatusCode, trace }: typeof Api): RunSpans {
  const tracer = trace.getTracer('heddle')
  const outside = context.active()
  const groups = new Map<string, OpenSpan>()
  const operations = new Map<string, OpenSpan>()
  let run: OpenSpan | undefined

  function open(name: string, parent: Context, attributes: Attributes): OpenSpan {
    const span = tracer.startSpan(name, { attributes }, parent)
    return { span, context: trace.setSpan(parent, span) }
  }

  function groupOf(group: string): OpenSpan {
    let found = groups.get(group)
    if (!found) {
      found = open(group, run?.context ?? outside, { 'heddle.group': group })
      groups.set(group, found)
    }
    return found
  }

  function operationOf(name: OperationName, lane?: Lane): OpenSpan {
    const key = operationKey(name)
    let found = operations.get(key)
    if (!found) {
      found = open(name.operation, groupOf(name.group).context, {
        'heddle.group': name.group,
        'heddle.operation': name.operation,
        ...(lane && { 'heddle.lane': lane }),
      })
      operations.set(key, found)
    }
    return found
  }

  function note(name: OperationName, what: string, attributes: Attributes): void {
    operationOf(name).span.addEvent(what, attributes)
  }

  function settle(group: string, outcome: Outcome): void {
    const name = { group, operation: outcome.name }
    const { span } = operationOf(name)
    span.setAttributes(attributesOf(outcome))
    if (troubles.has(outcome.status)) fail(span, outcome.error?.message)
    span.end()
    operations.delete(operationKey(name))
    if (troubles.has(outcome.status)) fail(groupOf(group).span, `"${outcome.name}" ${outcome.status}`)
  }

  function fail(span: Span, message = ''): void {
    span.setStatus({ code: SpanStatusCode.ERROR, message })
  }

  return {
    see(event) {
      switch (event.type) {
        case 'run-started':
          run = open(`heddle run ${event.command}`, outside, {
            'heddle.command': event.command,
            'heddle.run.id': event.id,
          })
          return
        case 'operation-started': {
          const { attempt, rerun, lane } = event
          operationOf(event, lane).span.addEvent('started', { attempt, rerun })
          return
        }
        case 'operation-waiting':
          return note(event, 'waits', { for: event.for?.operation ?? '' })
        case 'operation-rerun':
          return note(event, 'runs again', { path: event.path })
        case 'operation-retried':
          return note(event, 'is tried again', { code: event.error.code, delayMs: event.delayMs })
        case 'operation-fell-back':
          return note(event, 'falls back to running alone', { code: event.error.code })
        case 'operation-settled':
          return settle(event.group, event.outcome)
        case 'group-settled':
          groupOf(event.group).span.end()
          return
        default:
      }
    },
    around(name, call) {
      const found = operations.get(operationKey(name))
      return found ? context.with(found.context, call) : call()
    },
    end(report) {
      for (const { span } of [...operations.values(), ...groups.values()]) if (span.isRecording()) span.end()
      if (!run) return
      const status = report?.status ?? 'unfinished'
      run.span.setAttribute('heddle.status', status)
      if (status !== 'passed') fail(run.span, status)
      run.span.end()
    },
  }
}

const troubles: ReadonlySet<OutcomeStatus> = new Set(['failed', 'timed-out'])

function attributesOf({ kind, status, attempts, reruns, queuedMs, error }: Outcome): Attributes {
  return {
    'heddle.kind': kind,
    'heddle.status': status,
    'heddle.attempts': attempts,
    'heddle.reruns': reruns,
    'heddle.queued_ms': queuedMs,
    ...(error && { 'heddle.error.code': error.code }),
  }
}
