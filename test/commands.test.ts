import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createFramework, type Report, type RunEvent } from 'heddle'
import { preset } from 'heddle/plugins'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Each built-in command, its arguments on the TypeScript project, and whether its result is the same each time. */
const commands: readonly (readonly [name: string, words: Record<string, string>, isSame: boolean])[] = [
  ['analyze', {}, true],
  ['auto', { request: 'where is openSession used?' }, true],
  ['chain', { steps: 'find: grep session src/** ; glob **/*.md ; list src' }, true],
  ['docs', {}, true],
  ['meta', {}, true],
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
    assert.ok(parallel.most >= 2, `${parallel.most} at once`)
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

/** In two parts, so that this file holds none. */
const key = ['AKIA', 'ABCDEFGHIJKLMNOP'].join('')

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
    module: 'system/quality/release-readiness.md',
    edit: [/(name: versions-agree\n {4}severity:) blocking/, '$1 warning'],
    command: 'protocol',
    files: { 'package.json': '{"version":"1.0.0"}', 'Cargo.toml': '[package]\nversion = "2.0.0"\n' },
    look: ({ gates }) => gates.find(({ name }) => name === 'versions-agree')?.severity,
    before: 'blocking',
    after: 'warning',
  },
  {
    module: 'system/security/secret-hygiene.md',
    edit: [/(name: no-secret-in-text\n {4}severity:) blocking/, '$1 warning'],
    command: 'protocol',
    files: { 'src/key.ts': `export const key = '${key}'\n` },
    look: ({ gates }) => gates.find(({ name }) => name === 'no-secret-in-text')?.severity,
    before: 'blocking',
    after: 'warning',
  },
  {
    module: 'patterns/intelligent-routing.md',
    edit: ['pattern: routing', 'pattern: search'],
    command: 'auto',
    words: { request: 'find x' },
    look: ({ groups }) => groups.map(({ name }) => name),
    before: ['routing/decision'],
    after: [],
  },
  {
    module: 'patterns/documentation-check.md',
    edit: ['pattern: docs', 'pattern: meta'],
    command: 'docs',
    look: ({ groups }) => groups.map(({ name }) => name),
    before: ['docs/documentation'],
    after: ['meta/framework'],
  },
  {
    module: 'patterns/framework-hygiene.md',
    edit: ['pattern: meta', 'pattern: analysis'],
    command: 'meta',
    look: ({ groups }) => groups.map(({ name }) => name),
    before: ['meta/framework'],
    after: ['analysis/files'],
  },
  {
    module: 'commands/query.md',
    edit: [/routing:\n(?: {2}.*\n)+/, 'routing: false\n'],
    command: 'auto',
    words: { request: 'where is createSession defined?' },
    look: ({ groups }) =>
      (groups[0]!.synthesis as { recommendedCommand: string | null }).recommendedCommand === 'query',
    before: true,
    after: false,
  },
  {
    module: 'patterns/workflow-orchestration-engine.md',
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
