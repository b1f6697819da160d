import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createFramework, type Report, type RunEvent } from 'heddle'
import { type PerformanceResult, preset } from 'heddle/plugins'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Each built-in command, its arguments on the TypeScript project, and whether its result is the same each time. */
const commands: readonly (readonly [name: string, words: Record<string, string>, isSame: boolean])[] = [
  ['analyze', {}, true],
  ['auto', { request: 'where is openSession used?' }, true],
  ['chain', { steps: 'find: grep session src/** ; glob **/*.md ; list src' }, true],
  ['context-prime', {}, true],
  ['docs', {}, true],
  ['enhance', {}, true],
  ['feature', { request: 'users must be able to reset their password' }, true],
  ['init', {}, true],
  ['init-custom', {}, true],
  ['init-meta', {}, true],
  ['init-new', { name: 'weaver' }, true],
  ['init-research', { question: 'why?' }, true],
  ['init-validate', {}, true],
  ['meta', {}, true],
  ['performance', { command: 'node --version' }, false],
  ['protocol', {}, false],
  ['query', { query: 'session' }, true],
  ['session', {}, false],
  ['task', { component: 'src/user.ts' }, false],
]

for (const [name, words, isSame] of commands) {
  test(`"${name}" has operations at work at once, and one at a time the same names and statuses`, async (t) => {
    const root = projectOf(t)
    const parallel = await runIn(root, name, words)
    const serial = await runIn(root, name, words, true)
    // Programs take time; what only reads files may be done before the next begins (command-runs.test.ts shows these at work at once).
    assert.ok(parallel.most >= (isSame ? 1 : 2), `${parallel.most} at once`)
    assert.equal(serial.most, 1)
    assert.deepEqual(shapeOf(parallel.report), shapeOf(serial.report))
    if (isSame) assert.equal(findingsOf(parallel.report), findingsOf(serial.report))
  })
}

test('no two commands have the same plan', async (t) => {
  const framework = await createFramework({ root: projectOf(t), config: false, plugins: [...preset()] })
  const plans = new Map<string, string>()
  for (const [name, words] of commands) {
    const { operations } = await framework.plan(name, words)
    const plan = JSON.stringify(operations)
    assert.equal(plans.get(plan), undefined, `${name} and ${plans.get(plan)}`)
    plans.set(plan, name)
  }
  await framework.dispose()
})

/** A built-in module, an edit of it in the project's own layer, and what the command gives before and after. */
const edits: readonly {
  readonly module: string
  readonly edit: readonly [from: string | RegExp, to: string]
  readonly command: string
  readonly words?: Record<string, string>
  readonly files?: Record<string, string>
  look(report: Report): unknown
  readonly before: unknown
  readonly after: unknown
}[] = [
  {
    module: 'system/quality/universal-quality-gates.md',
    edit: ['name: coverage-threshold\n    default: 90', 'name: coverage-threshold\n    default: 40'],
    command: 'protocol',
    files: {
      'package.json': JSON.stringify({
        scripts: {
          test: "mkdir coverage; printf 'SF:a\\nDA:1,1\\nDA:2,0\\nend_of_record\\n' > coverage/lcov.info",
        },
      }),
    },
    look: ({ gates }) => gates.find(({ name }) => name === 'coverage')?.status,
    before: 'failed',
    after: 'passed',
  },
  {
    module: 'system/quality/test-coverage.md',
    edit: ['name: component-threshold\n    default: 90', 'name: component-threshold\n    default: 40'],
    command: 'task',
    words: { component: 'src/user.ts' },
    files: {
      'package.json': JSON.stringify({
        scripts: {
          test: "mkdir coverage; printf 'SF:src/user.ts\\nDA:1,1\\nDA:2,0\\nend_of_record\\n' > coverage/lcov.info",
        },
      }),
    },
    look: ({ gates }) => gates.find(({ name }) => name === 'coverage-sufficient')?.status,
    before: 'failed',
    after: 'passed',
  },
  {
    module: 'patterns/performance-measurement.md',
    edit: ['name: runs\n    default: 7', 'name: runs\n    default: 2'],
    command: 'performance',
    words: { command: 'node --version' },
    look: ({ groups }) =>
      (groups[0]!.synthesis as PerformanceResult).metrics.find(({ name }) => name === 'wall time')?.samples,
    before: 7,
    after: 2,
  },
  {
    module: 'context/context-budget.md',
    edit: ['name: context-budget\n    default: 50000', 'name: context-budget\n    default: 60'],
    command: 'context-prime',
    words: { references: 'CLAUDE.md' },
    look: ({ gates }) => gates.find(({ name }) => name === 'asked-for-is-whole')?.status,
    before: 'passed',
    after: 'failed',
  },
  {
    module: 'context/project-introduction.md',
    edit: ['default: CLAUDE.md AGENTS.md README.md', 'default: docs/conventions.md'],
    command: 'context-prime',
    look: ({ groups }) => groups[0]!.operations.map(({ name }) => name),
    before: ['structure', 'read CLAUDE.md', 'read README.md', 'read docs/conventions.md'],
    after: ['structure', 'read docs/conventions.md'],
  },
  {
    module: 'context/prefix-stability.md',
    edit: ['default: 0.5', 'default: 1'],
    command: 'context-prime',
    words: { references: 'README.md', previous: 'earlier.txt' },
    files: { 'earlier.txt': 'This was another text.\n' },
    look: ({ gates }) => gates.find(({ name }) => name === 'prefix-kept')?.status,
    before: 'failed',
    after: 'passed',
  },
  {
    module: 'context/complete-context.md',
    edit: [/(name: references-found\n {4}severity:) warning/, '$1 blocking'],
    command: 'context-prime',
    words: { references: 'README.md docs/nowhere.md' },
    look: ({ status, gates }) => [
      status,
      gates.find(({ name }) => name === 'references-found' || name === 'context/references-found')?.severity,
    ],
    before: ['passed', 'warning'],
    after: ['failed', 'blocking'],
  },
  {
    module: 'commands/context-prime.md',
    edit: ['  - "@modules/context/context-budget.md"\n', '  - "@modules/patterns/search-fan-out.md"\n'],
    command: 'context-prime',
    words: { references: 'README.md' },
    look: ({ groups }) => groups.map(({ name }) => name),
    before: ['context/composition'],
    after: [],
  },
  {
    module: 'patterns/step-workflow.md',
    edit: ['name: steps-done\n    severity: blocking', 'name: steps-done\n    severity: warning'],
    command: 'chain',
    words: { steps: 'list src ; read nowhere.txt' },
    look: ({ status }) => status,
    before: 'failed',
    after: 'partial',
  },
  {
    module: 'system/git/atomic-rollback-protocol.md',
    edit: [/(name: nothing-left-over\n {4}severity:) conditional/, '$1 blocking'],
    command: 'chain',
    words: { steps: 'list src ; read nowhere.txt' },
    look: ({ gates }) => gates.find(({ name }) => name === 'nothing-left-over')?.severity,
    before: 'conditional',
    after: 'blocking',
  },
]

for (const { module, edit, command, words = {}, files = {}, look, before, after } of edits) {
  test(`an edit of modules/${module} changes what "${command}" gives`, async (t) => {
    const text = readFileSync(here(`../modules/${module}`), 'utf8')
    const edited = text.replace(edit[0], edit[1])
    assert.notEqual(edited, text)
    const home = module.startsWith('commands/') ? '.heddle' : '.heddle/modules'
    const seen = async (more: Record<string, string>): Promise<unknown> =>
      look((await runIn(projectOf(t, { ...files, ...more }), command, words)).report)
    assert.deepEqual(await seen({}), before)
    assert.deepEqual(await seen({ [`${home}/${module}`]: edited }), after)
  })
}

async function runIn(
  root: string,
  command: string,
  words: Record<string, string>,
  serial = false,
): Promise<{ report: Report; most: number }> {
  const framework = await createFramework({ root, config: false, plugins: [...preset()] })
  const running = new Set<string>()
  let most = 0
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'operation-started')
      most = Math.max(most, running.add(`${event.group} ${event.operation}`).size)
    if (event.type === 'operation-ended') running.delete(`${event.group} ${event.operation}`)
  }
  try {
    return { report: await framework.run(command, words, { onEvent, serial }), most }
  } finally {
    await framework.dispose()
  }
}

function shapeOf({ groups }: Report): unknown {
  return groups.map(({ name, operations }) => [
    name,
    operations.map(({ name, status }) => `${name} ${status}`),
  ])
}

function findingsOf({ groups, diagnostics }: Report): string {
  return JSON.stringify([groups.map(({ synthesis }) => synthesis), diagnostics])
}

/** The TypeScript project in a folder of its own, with what a test adds. */
function projectOf(t: TestContext, files: Record<string, string> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'heddle-commands-'))
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))
  cpSync(here('../fixtures/typescript-project'), root, { recursive: true })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}
