import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { context, type SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { memoryFiles } from 'heddle/files'
import { createClock } from '../core/base/clock.ts'
import { compareText, HeddleError } from '../core/base/diagnostic.ts'
import type { Group } from '../core/run/group.ts'
import type { Operation, OperationKind } from '../core/run/operation.ts'
import { oversee } from '../core/run/oversee.ts'
import { createPlan } from '../core/run/plan.ts'
import type { Report } from '../core/run/report.ts'
import { openSpans } from '../core/run/spans.ts'
import { createWorkspace } from '../core/vfs/workspace.ts'

const failed = 2 satisfies SpanStatusCode.ERROR
const unset = 0 satisfies SpanStatusCode.UNSET

afterEach(() => {
  trace.disable()
  context.disable()
})

test('without an SDK there are no spans', async () => {
  assert.equal(await openSpans(), undefined)
  assert.equal((await runGroups([{ name: 'g', operations: [deed('good')] }])).status, 'passed')
})

test('a run is a span with its groups below it, and below each its operations, with status and attributes', async () => {
  const exporter = register()
  await runGroups([
    { name: 'first', operations: [deed('good'), deed('bad')] },
    { name: 'next', needs: ['first'], operations: [deed('never')] },
  ])
  const spans = exporter.getFinishedSpans()
  assert.deepEqual(
    spans
      .map((span) => [pathOf(span, spans), span.status.code, span.attributes['heddle.status']] as const)
      .toSorted(([a], [b]) => compareText(a, b)),
    [
      ['heddle run test', failed, 'partial'],
      ['heddle run test/first', failed, undefined],
      ['heddle run test/first/bad', failed, 'failed'],
      ['heddle run test/first/good', unset, 'done'],
      ['heddle run test/next', unset, undefined],
      ['heddle run test/next/never', unset, 'skipped'],
    ],
  )
  const bad = spans.find(({ name }) => name === 'bad')!
  assert.deepEqual(
    ['kind', 'lane', 'attempts', 'reruns', 'group', 'operation', 'error.code'].map(
      (name) => bad.attributes[`heddle.${name}`],
    ),
    ['deed', 'io', 1, 0, 'first', 'bad', 'OPERATION_FAILED'],
  )
  assert.equal(bad.status.message, 'bad')
})

test('what an operation traces itself stands below its own span, also after it has waited', async () => {
  const exporter = register()
  const operations = [deed('traces'), deed('traces-later')]
  await runGroups([{ name: 'g', operations }])
  const spans = exporter.getFinishedSpans()
  assert.deepEqual(
    spans
      .filter(({ name }) => name.startsWith('inside'))
      .map((span) => pathOf(span, spans))
      .toSorted(),
    ['heddle run test/g/traces-later/inside traces-later', 'heddle run test/g/traces/inside traces'],
  )
})

test('the run stands below the span that is active where it is started', async () => {
  const exporter = register()
  await trace.getTracer('test').startActiveSpan('outer', async (outer) => {
    await runGroups([{ name: 'g', operations: [deed('good')] }])
    outer.end()
  })
  const spans = exporter.getFinishedSpans()
  const good = spans.find(({ name }) => name === 'good')!
  assert.equal(pathOf(good, spans), 'outer/heddle run test/g/good')
})

test('every try of an operation is an event of its one span', async () => {
  const exporter = register()
  await runGroups([{ name: 'g', operations: [deed('busy-once')] }])
  const spans = exporter.getFinishedSpans().filter(({ name }) => name === 'busy-once')
  assert.deepEqual(
    spans.map(({ events }) => events.map(({ name }) => name)),
    [['started', 'is tried again', 'started']],
  )
})

test('an exporter that throws does nothing to the run', async () => {
  const provider = new BasicTracerProvider({
    spanProcessors: [
      {
        onStart() {
          throw new Error('no')
        },
        onEnd() {
          throw new Error('no')
        },
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  })
  trace.setGlobalTracerProvider(provider)
  const report = await runGroups([{ name: 'g', operations: [deed('good')] }])
  assert.equal(report.status, 'passed')
})

// What the tests are made of

function register(): InMemorySpanExporter {
  const exporter = new InMemorySpanExporter()
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  )
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  return exporter
}

/** The names from the outermost span to this one. */
function pathOf(span: ReadableSpan, spans: readonly ReadableSpan[]): string {
  const parent = spans.find((each) => each.spanContext().spanId === span.parentSpanContext?.spanId)
  return parent ? `${pathOf(parent, spans)}/${span.name}` : span.name
}

function deed(name: string): Operation {
  return { kind: 'deed', name, input: { deed: name }, claims: { reads: [], writes: [] } }
}

const deedKind: OperationKind = {
  kind: 'deed',
  description: 'Made by a test',
  lane: 'io',
  effects: 'workspace',
  idempotent: true,
  input: (z) => z.object({ deed: z.string() }),
  output: (z) => z.unknown(),
  async run(input, { attempt }) {
    const { deed } = input as { deed: string }
    if (deed === 'bad') throw new Error('bad')
    if (deed === 'busy-once' && attempt === 1)
      throw new HeddleError({ code: 'BUSY', severity: 'error', message: 'busy' })
    if (deed === 'traces-later') await new Promise((resolve) => setImmediate(resolve))
    if (deed.startsWith('traces')) trace.getTracer('test').startSpan(`inside ${deed}`).end()
    return deed
  },
}

function runGroups(groups: readonly Group[]): Promise<Report> {
  const plan = createPlan(groups)
  if (!plan.ok) throw new HeddleError(plan.diagnostic)
  return oversee(plan.value, {
    command: 'test',
    id: '1',
    folder: null,
    kinds: (name) => (name === 'deed' ? deedKind : undefined),
    clock: createClock(),
    workspace: createWorkspace(memoryFiles()),
    random: () => 0,
  })
}
