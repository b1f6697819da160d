import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createClock } from '../../core/base/clock.ts'
import { HeddleError } from '../../core/base/diagnostic.ts'
import { createFramework } from '../../core/framework.ts'
import { scanBlocks } from '../../core/module/blocks.ts'
import { readFrontMatter } from '../../core/module/frontmatter.ts'
import { builtinOperations } from '../../core/operations/index.ts'
import { readArguments } from '../../core/plugin/command.ts'
import { execute } from '../../core/run/execute.ts'
import { createPlan } from '../../core/run/plan.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { createWorkspace } from '../../core/vfs/workspace.ts'
import { digestOf, readSession, writeSession } from '../../plugins/session/session.ts'
import { temporaryFolder, place } from './ground.ts'
import { publish, rounds } from './soak.ts'
import { type BombReport, type Growth, limits } from './text-bombs.ts'

function runBombs(...words: readonly string[]): unknown {
  const program = fileURLToPath(new URL('text-bombs.ts', import.meta.url))
  const child = spawnSync(process.execPath, ['--import', 'tsx', '--conditions=source', program, ...words], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  assert.equal(child.status, 0, `ended by ${child.signal}: ${child.stderr.slice(-2_000)}`)
  return JSON.parse(child.stdout)
}

test('bombs are accepted at the limit, refused above it, in sequence too, and the process lives (C3)', (context) => {
  const report = runBombs('bombs', String(rounds(11, 2_000)), String(rounds(1, 20))) as BombReport
  assert.deepEqual(report.wrong, [])
  // A bomb that works takes seconds, gigabytes or the process; the milliseconds are published.
  assert.ok(report.slowestMs < 2_000, `${report.slowestMs} ms`)
  for (const { name, most, code } of limits) context.diagnostic(`C3 ${name}: ${most} (${code})`)
  publish(
    context,
    `C3 ${limits.length} limits at −1/0/+1, ${report.bombs} bombs in one process, slowest ${report.slowestMs.toFixed(1)} ms of processor time`,
  )
})

test('the table of limits can fail: a size too large that nothing refuses is seen (C3)', () => {
  for (const { name, most, code, codesOf } of limits) {
    assert.equal(codesOf(most).includes(code), false, name)
    assert.equal(codesOf(most + 1).includes(code), true, name)
  }
})

test('the block scanner, the markdown scanner and the front matter reader are linear (C7)', (context) => {
  const ratioMost = rounds(3, 2.3)
  const sizes: [string, number][] = [
    ['block scanner', rounds(2 ** 16, 2 ** 18)],
    ['markdown scanner', rounds(2 ** 16, 2 ** 18)],
    ['front matter reader', 2 ** 14 - 50],
  ]
  for (const [reader, bytes] of sizes) {
    const growth = runBombs('growth', reader, String(bytes), String(ratioMost)) as Growth
    assert.ok(growth.ratio < ratioMost, `${reader}: ${growth.ratio} for "${growth.worst}"`)
    const { ratio, worst, megabytesPerSecond } = growth
    publish(
      context,
      `C7 ${reader}: time(2n)/time(n) at most ${ratio.toFixed(2)} ("${worst}", ${bytes} to ${bytes * 4} characters), ${megabytesPerSecond.toFixed(1)} MB/s`,
    )
  }
})

test('the measure of growth sees a reader that is quadratic (C7)', () => {
  const growth = runBombs('growth', 'quadratic reader', String(2 ** 13), '3') as Growth
  assert.ok(growth.ratio >= 3, `${growth.ratio}`)
})

/** Keys that reach a prototype, or stand on one, and what a careless program would find there. */
const keys = [
  ['__proto__', 'constructor', 'prototype', '__defineGetter__', '__defineSetter__', '__lookupGetter__'],
  [
    'toString',
    'valueOf',
    'hasOwnProperty',
    'isPrototypeOf',
    'toJSON',
    'then',
    'get',
    'set',
    'value',
    'length',
  ],
].flat()
const payloads = keys.flatMap((key) => [
  `{"${key}": {"polluted": "yes"}}`,
  `{"${key}": "polluted"}`,
  `{"${key}": {"prototype": {"polluted": "yes"}}}`,
  `{"a": {"${key}": {"polluted": "yes", "constructor": {"prototype": {"polluted": "yes"}}}}}`,
])

/** What is on the global prototypes, name by name; any change is pollution. */
function prototypes(): unknown[] {
  return [Object, Array, Function, String, Map, Promise].flatMap(({ prototype }) =>
    Reflect.ownKeys(prototype).flatMap((key) => [
      key,
      ...Object.values(Object.getOwnPropertyDescriptor(prototype, key)!),
    ]),
  )
}

function isUntouched(before: readonly unknown[]): boolean {
  const now = prototypes()
  return now.length === before.length && now.every((value, index) => Object.is(value, before[index]))
}

/** Every entrance for keys that others wrote; each takes a payload as JSON. */
const entrances: Readonly<Record<string, (payload: string) => unknown>> = {
  'front matter, flow': (payload) => readFrontMatter(`---\nname: x\nmap: ${payload}\n---\n`),
  'front matter, top level': (payload) => readFrontMatter(`---\n${payload}\n---\n`),
  'front matter, by key': (payload) =>
    readFrontMatter(`---\nbroken: a: b\n${payload.slice(2, -1).replaceAll('"', '')}\n---\n`),
  attributes(payload) {
    const [key] = Object.keys(JSON.parse(payload) as object)
    return scanBlocks(`<${key} ${key}="polluted" constructor='x'><module ${key}="polluted"/></${key}>`)
  },
  async 'a module with it everywhere'(payload) {
    const [key] = Object.keys(JSON.parse(payload) as object)
    const text = `---\nname: ${key}\nsettings: [${payload}]\narguments:\n  - name: ${key}\n    default: ${payload}\ngates:\n  - name: ${key}\n---\n<module name="${key}" ${key}="x"><gate name="${key}" ${key}="y"/><setting name="${key}" default="${key}"/></module>\n\n[${key}]: ${key}.md\n\n[${key}] @${key}/x.md\n`
    const files = memoryFiles({ [`.claude/modules/${key}.md`]: text, [`.claude/commands/${key}.md`]: text })
    const framework = await createFramework({ files, builtIn: false })
    const said = [await framework.check(), await framework.graph(), await framework.list('commands')]
    await framework.dispose()
    return said
  },
  async 'arguments of an operation'(payload) {
    const input = { path: 'a', ...(JSON.parse(payload) as object) }
    const plan = createPlan([
      { name: 'g', operations: ['read', 'glob', 'todo'].map((kind) => ({ kind, input })) },
    ])
    assert.ok(plan.ok)
    return execute(plan.value, {
      command: 'test',
      id: '1',
      kinds: (kind) => builtinOperations.get(kind),
      workspace: createWorkspace(memoryFiles({ a: 'x' })),
      folder: null,
      clock: createClock(),
    })
  },
  async 'arguments of a command'(payload) {
    const named = JSON.parse(payload) as Record<string, string>
    const [key] = Object.keys(named)
    const files = memoryFiles({
      '.claude/commands/c.md': `---\narguments:\n  - name: "a${key}"\n  - name: other\n---\n# C\n`,
    })
    const framework = await createFramework({ files, builtIn: false })
    const command = await framework.load('@commands/c.md')
    const said = [attempt(() => readArguments(command, { named, positional: ['x'] }))]
    said.push(await framework.run('c', { named }).catch(refused))
    await framework.dispose()
    return said
  },
  'saved state': (payload) => {
    const context = `{"command":"c","arguments":${payload},"modules":[${payload}],"findings":[],"notes":"","__proto__":${payload}}`
    const session = `{"id":"${'0'.repeat(32)}","name":null,"createdAt":"x","sequence":1,"context":${context},"__proto__":${payload}}`
    const text = `{"format":1,"digest":"${digestOf(session)}","session":${session}}\n`
    const read = readSession(text, '0'.repeat(32))
    assert.equal(read.status, 'good')
    return read.status === 'good' && readSession(writeSession({ ...read.session }), '0'.repeat(32))
  },
  'saved state, not an object': (payload) => readSession(payload, '0'.repeat(32)),
}

test('keys do not reach a prototype through any entrance (C6)', async (context) => {
  const untouched = prototypes()
  let tried = 0
  for (const [name, enter] of Object.entries(entrances)) {
    for (const payload of payloads) {
      const said = await enter(payload)
      assert.equal('polluted' in {}, false, `${name}: ${payload}`)
      // Nothing that came out inherits what was put in.
      assert.equal(inherits(said), false, `${name}: ${payload}`)
      tried++
    }
  }
  assert.ok(isUntouched(untouched))
  publish(
    context,
    `C6 ${payloads.length} payloads × ${Object.keys(entrances).length} entrances: ${tried} tried, 0 polluted`,
  )
})

test('keys of a configuration do not reach a prototype (C6)', async (context) => {
  const root = temporaryFolder(context)
  const untouched = prototypes()
  for (const payload of payloads) {
    for (const config of [
      payload,
      `{"aliases": ${payload}}`,
      `{"aliases": {"x": ${payload}}}`,
      `{"home": ${payload}}`,
    ]) {
      place(root, { 'heddle.config.json': config })
      const framework = await createFramework({ root, plugins: [], builtIn: false }).catch(refused)
      if (typeof framework !== 'string') await framework.dispose()
      assert.equal('polluted' in {}, false, config)
    }
  }
  assert.ok(isUntouched(untouched))
})

test('the traps of C6 work: a program that assigns such keys is seen', () => {
  const careless: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(JSON.parse(payloads[0]!) as object)) careless[key] = value
  assert.equal(inherits([{ deep: careless }]), true)
  const untouched = prototypes()
  Reflect.set(Object.prototype, 'polluted', 1)
  assert.equal(isUntouched(untouched), false)
  Reflect.deleteProperty(Object.prototype, 'polluted')
  assert.ok(isUntouched(untouched))
})

/** True when something in the value has a prototype with `polluted` on it. */
function inherits(value: unknown, seen = new Set<unknown>()): boolean {
  if (value === null || typeof value !== 'object' || seen.has(value)) return false
  seen.add(value)
  if ('polluted' in value && !Object.hasOwn(value, 'polluted')) return true
  return Reflect.ownKeys(value).some((key) => {
    const descriptor = Object.getOwnPropertyDescriptor(value, key)!
    return 'value' in descriptor && inherits(descriptor.value, seen)
  })
}

function refused(thrown: unknown): string {
  assert.ok(thrown instanceof HeddleError, String(thrown))
  return thrown.code
}

function attempt(call: () => unknown): unknown {
  try {
    return call()
  } catch (thrown) {
    return refused(thrown)
  }
}

test('an operation whose input is nested without end fails with its code (C3)', async () => {
  let deep: unknown = 'x'
  for (let level = 0; level < 50_000; level++) deep = level % 2 === 0 ? [deep] : { a: deep }
  const plan = createPlan([
    {
      name: 'g',
      operations: ['todo', 'read', 'glob'].map((kind) => ({ kind, input: { path: deep, todos: deep } })),
    },
  ])
  assert.ok(plan.ok)
  const report = await execute(plan.value, {
    command: 'test',
    id: '1',
    kinds: (kind) => builtinOperations.get(kind),
    workspace: createWorkspace(memoryFiles({})),
    folder: null,
    clock: createClock(),
  })
  for (const { status, error } of report.groups[0]!.operations) {
    assert.equal(status, 'failed')
    assert.match(error?.code ?? '', /^[A-Z_]+$/)
  }
})
