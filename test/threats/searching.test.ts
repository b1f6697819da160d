import assert from 'node:assert/strict'
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { createClock } from '../../core/base/clock.ts'
import { glob, grep, type GrepOutput, type Operation, type Outcome } from '../../core/index.ts'
import { builtinOperations } from '../../core/operations/index.ts'
import { execute } from '../../core/run/execute.ts'
import { createPlan } from '../../core/run/plan.ts'
import { diskFiles } from '../../core/vfs/disk.ts'
import type { WritableFiles } from '../../core/vfs/file-system.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { createWorkspace } from '../../core/vfs/workspace.ts'
import { temporaryFolder } from './ground.ts'
import { publish, rounds, seedOf } from './soak.ts'

const atoms = [
  '(a+)+',
  '(a|aa)+',
  '(a*)*',
  '(a|a?)+',
  '(.*a){12}',
  '(?:a+)+b',
  '([a-z]+)*',
  '(a?){25}a{25}',
  '(\\w+\\s?)*',
  '(x+x+)+y',
  '(?=(a+))a*b',
  '(a+)\\1+',
  '^(\\d+)*$',
  '(.*)*',
  '((a*)*)*',
  '(?<=(a+)+)b',
  '(?:(?:a|b)+)+',
  '[\\s\\S]*[\\s\\S]*[\\s\\S]*b',
]
const tails = ['', '$', 'b', '[b]', '!$', '(?!a)c', '.{3,}z', '\\b\\B', 'c$']
const hostile = atoms.flatMap((atom) => tails.flatMap((tail) => [`${atom}${tail}`, `^${atom}${tail}`]))

test('no pattern freezes the thread or the search: each gives an answer or is ended by its name (G1)', async (t) => {
  const some = hostile.filter((_, index) => index % rounds(20, 1) === 0)
  const line = `${'a'.repeat(60)} ${'ab'.repeat(30)} ${'x'.repeat(40)}!\n`
  const files = memoryFiles({ 'a.txt': line.repeat(Math.ceil((1 << rounds(16, 20)) / line.length)) })
  let worst = 0
  let ended = 0
  const delays: number[] = []
  let last = performance.now()
  const watching = setInterval(() => {
    const now = performance.now()
    delays.push(now - last)
    last = now
  }, 5)
  for (const pattern of some) {
    const [outcome] = await runAll(files, [grep({ pattern, outputMode: 'count' }, { deadlineMs: 60_000 })])
    const said = outcome!.error?.code ?? outcome!.status
    assert.ok(['done', 'REGEX_TIMEOUT'].includes(said), `${pattern}: ${said}`)
    if (said === 'REGEX_TIMEOUT') ended++
    worst = Math.max(worst, outcome!.ranMs)
  }
  clearInterval(watching)
  const sorted = delays.toSorted((a, b) => a - b)
  assert.ok(delays.length > some.length, 'the thread was free between any two patterns')
  publish(
    t,
    `${some.length} of ${hostile.length} patterns, ${ended} ended, worst ${Math.round(worst)} ms; the thread waited ${Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 0)} ms (p99)`,
  )
  assert.ok(hostile.length >= 300 && ended > 0)
})

test('after a pattern that was ended the next query is fine, as often as that happens (G3)', async (t) => {
  const files = memoryFiles({ 'a.txt': `${'a'.repeat(40)}!\n` })
  let kills = 0
  for (let round = 0; round < rounds(3, 100); round++) {
    const [bad, good] = await runAll(files, [grep({ pattern: '(a+)+$' }), grep({ pattern: 'a+!' })])
    assert.equal(bad!.error?.code, 'REGEX_TIMEOUT')
    assert.equal((good!.output as GrepOutput).total, 1)
    kills++
  }
  publish(t, `${kills} kills, the next query fine each time`)
})

/** Patterns of the subset that every engine agrees on. */
const safePattern = fc.letrec<{ part: string; whole: string }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      'a',
      'b',
      'c',
      ' ',
      '.',
      '[ab]',
      '[^a]',
      '\\d',
      '\\w',
      '\\s',
      '\\.',
      'é',
      '(?:a|b)',
      '^',
      '$',
      '\\b',
    ),
    fc
      .tuple(fc.constantFrom('a', 'b', '.', '[ab]', '\\w'), fc.constantFrom('?', '*', '+', '{2}', '{1,3}'))
      .map((parts) => parts.join('')),
    tie('whole').map((inner) => `(${inner})`),
  ),
  whole: fc.oneof(
    fc.array(tie('part'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
    fc.tuple(tie('part'), tie('part')).map((sides) => sides.join('|')),
  ),
})).whole

test('a search finds what the native engine finds, line by line and column by column (G2)', async (t) => {
  let pairs = 0
  await fc.assert(
    fc.asyncProperty(
      safePattern,
      fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', '.', '1', 'é', 'A'), maxLength: 12 }), {
        maxLength: 8,
      }),
      fc.boolean(),
      async (pattern, lines, ignoreCase) => {
        const native = new RegExp(pattern, ignoreCase ? 'i' : '')
        const expected = lines.flatMap((line, index) => {
          const match = native.exec(line)
          return match ? [`${index + 1}:${match.index + 1}`] : []
        })
        const text = lines.map((line) => `${line}\n`).join('')
        const [outcome] = await runAll(memoryFiles({ 'a.txt': text }), [grep({ pattern, ignoreCase })])
        assert.equal(outcome!.error, null, `${pattern}: ${outcome!.error?.message}`)
        const found = (outcome!.output as GrepOutput).matches.map(({ line, column }) => `${line}:${column}`)
        assert.deepEqual(found, expected, `${pattern} in ${JSON.stringify(text)}`)
        pairs++
      },
    ),
    { numRuns: rounds(150, 20_000), seed: seedOf(t) },
  )
  publish(t, `${pairs} pairs, 0 differences`)
})

test('every glob is refused by its bounds or answered, whatever it is made of (G4)', async (t) => {
  const files = memoryFiles({ [`${'a'.repeat(120)}.txt`]: '', 'b/c/d/e/f/g.txt': '', 'src/[id].ts': '' })
  const piece = fc.constantFrom(
    '*',
    '**',
    '?',
    '[a-z]',
    '[!a]',
    '[[:alpha:]]',
    '{a,b}',
    '{1..9}',
    '{a,{b,c}}',
    '+(a|b)',
    '*(a|*(b))',
    '!(a)',
    '@(a|b)',
    'a',
    '/',
    '**/',
    '.',
    '\\',
    '(',
    '[',
    '{',
  )
  let [refused, answered] = [0, 0]
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 40 }), async (parts) => {
      const pattern = parts.join('')
      const [outcome] = await runAll(files, [glob(pattern, { deadlineMs: 30_000 })])
      assert.ok(
        outcome!.status === 'done' ||
          /^(?:GLOB_|NAME_UNSAFE|INPUT_INVALID|OUTSIDE_ROOT)/.test(outcome!.error?.code ?? ''),
        `${pattern}: ${outcome!.status} ${outcome!.error?.code}`,
      )
      if (outcome!.status === 'done') answered++
      else refused++
    }),
    { numRuns: rounds(200, 20_000), seed: seedOf(t) },
  )
  publish(t, `${answered + refused} globs, ${refused} refused, ${answered} answered`)
  assert.ok(refused > 0 && answered > 0)
})

test('a walk ends: round links, down as deep as paths go, and at once when it is cancelled (G5)', async (t) => {
  const root = temporaryFolder(t)
  mkdirSync(join(root, 'a/b'), { recursive: true })
  for (const [name, target] of [
    ['self', '.'],
    ['up', '../..'],
    ['twin', 'b'],
  ] as const)
    symlinkSync(target, join(root, 'a', name))
  symlinkSync(join(root, 'y'), join(root, 'x'))
  symlinkSync(join(root, 'x'), join(root, 'y'))
  writeFileSync(join(root, 'a/b/found.txt'), 'needle')
  const deep = Array.from({ length: rounds(100, 900) }, () => 'd').join('/')
  mkdirSync(join(root, deep), { recursive: true })
  writeFileSync(join(root, deep, 'deepest.txt'), 'needle')
  const [found, searched] = await runAll(
    diskFiles({ root }),
    [glob('**/*.txt'), grep({ pattern: 'needle', outputMode: 'files-with-matches' })],
    root,
  )
  const expected = ['a/b/found.txt', `${deep}/deepest.txt`]
  assert.deepEqual((found!.output as { files: string[] }).files, expected)
  assert.deepEqual((searched!.output as GrepOutput).files, expected)

  const { sync: _, ...wide } = memoryFiles({ 'a.txt': '' })
  let listed = 0
  const endless: WritableFiles = {
    ...wide,
    list: async () => {
      listed++
      await new Promise((resolve) => setImmediate(resolve))
      return [
        { name: `n${listed}`, type: 'directory' as const },
        { name: `m${listed}`, type: 'directory' as const },
      ]
    },
    stat: async () => ({ type: 'directory', size: 0, modified: 0 }) as never,
  }
  const [cut] = await runAll(endless, [glob('**/x.txt', { deadlineMs: 300 })])
  assert.ok(cut!.status === 'timed-out' || cut!.error !== null, cut!.status)
  const atEnd = listed
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
  assert.ok(listed - atEnd < 200, `${listed - atEnd} folders were listed after the end`)
})

test('odd files are left out and counted: binary, beyond all bounds, gone while they are searched (G6)', async (t) => {
  const root = temporaryFolder(t)
  writeFileSync(join(root, 'plain.txt'), 'needle\n')
  writeFileSync(join(root, 'binary.bin'), Buffer.from([0, 110, 101]))
  writeFileSync(join(root, 'sparse.txt'), 'needle')
  truncateSync(join(root, 'sparse.txt'), 500 * 1024 * 1024)
  writeFileSync(join(root, 'vanishing.txt'), 'needle\n')
  const { sync: _, ...disk } = diskFiles({ root })
  const faulty: WritableFiles = {
    ...disk,
    read: async (path) => {
      if (path === 'vanishing.txt') rmSync(join(root, path), { force: true })
      return disk.read(path)
    },
  }
  const before = process.memoryUsage().rss
  const [outcome] = await runAll(faulty, [grep({ pattern: 'needle' })], root)
  const { files, skipped } = outcome!.output as GrepOutput
  assert.deepEqual(files, ['plain.txt'])
  assert.deepEqual(
    skipped.map(({ path, reason }) => `${path} ${reason}`),
    ['binary.bin BINARY', 'sparse.txt TOO_LARGE', 'vanishing.txt NOT_FOUND'],
  )
  assert.deepEqual([outcome!.quality?.expected, outcome!.quality?.analysed], [4, 1])
  assert.ok(
    process.memoryUsage().rss - before < 200 * 1024 * 1024,
    'a file of 500 MiB is not read to be refused',
  )
})

async function runAll(
  files: WritableFiles,
  operations: readonly Operation[],
  folder: string | null = null,
): Promise<readonly Outcome[]> {
  const plan = createPlan([{ name: 'g', operations }])
  assert.ok(plan.ok)
  const report = await execute(plan.value, {
    command: 'test',
    id: '1',
    kinds: (kind) => builtinOperations.get(kind),
    workspace: createWorkspace(files),
    folder,
    clock: createClock(),
  })
  return report.groups[0]!.operations
}
