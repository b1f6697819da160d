import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createFramework, type Path, type Report, type RunEvent, type RunOptions } from 'heddle'
import { createTestFramework } from 'heddle/testing'
import { chain, preset, type WorkflowResult } from 'heddle/plugins'

const files = { 'src/a.txt': 'one TODO\ntwo\n', 'src/b.txt': 'TODO\n', 'docs/c.md': '# C\n' }

test('steps that touch nothing of each other run at once; what uses a value, a file or a need of another comes after it', async () => {
  const steps = `
  - name: find
    grep: { pattern: TODO, glob: ['src/**'] }
  - name: docs
    glob: docs/**
  - name: sources
    each: \${find.files}
    read: \${item}
  - name: note
    write: { path: notes/todo.md, text: "\${find.count} in \${find.files}" }
  - name: back
    read: notes/todo.md
  - name: last
    needs: docs
    list: src`
  const running = new Set<string>()
  let most = 0
  const { report, left } = await run(steps, {
    writes: ['notes'],
    onEvent(event: RunEvent) {
      if (event.type === 'operation-started') most = Math.max(most, running.add(event.operation).size)
      if (event.type === 'operation-ended') running.delete(event.operation)
    },
  })
  assert.equal(report.status, 'passed', JSON.stringify(report.diagnostics))
  assert.ok(most >= 2, `${most} at once`)
  const { steps: seen, ...verdicts } = workflowOf(report)
  assert.deepEqual(
    seen.map(({ name, level, after }) => [
      name,
      level,
      ...after.map(({ step, because }) => `${step} ${because}`),
    ]),
    [
      ['find', 1],
      ['docs', 1],
      ['sources', 2, 'find value'],
      ['note', 2, 'find value'],
      ['back', 3, 'note file'],
      ['last', 2, 'docs needs'],
    ],
  )
  assert.equal(left['notes/todo.md'], '2 in src/a.txt\nsrc/b.txt')
  assert.equal((outcome(report, 'back').output as { text: string }).text, '2 in src/a.txt\nsrc/b.txt')
  assert.deepEqual([verdicts.parallelExecutionComplete, verdicts.qualityPreserved], [true, true])
  // "last" waits for "docs" and touches nothing of it.
  assert.equal(verdicts.workflowOptimized, false)
  assert.ok(report.diagnostics.some(({ code }) => code === 'chain/needless'))
})

test('one at a time gives the same findings, values and files as all at once', async () => {
  const steps = `
  - { name: find, grep: TODO }
  - { name: sources, each: "\${find.files}", read: "\${item}" }
  - { name: lost, read: nowhere.txt }
  - { name: after, needs: lost, read: src/a.txt }
  - { name: rescue, when: lost.status == failed, write: { path: notes/lost.md, text: "lost \${find.count}" } }`
  const seen = async (serial: boolean): Promise<string> => {
    const { report, left } = await run(steps, { writes: ['.'], serial })
    const outputs = report.groups.map(({ synthesis, operations }) => [
      synthesis,
      operations.map(({ name, status, output }) => [name, status, output]),
    ])
    return JSON.stringify([outputs, report.gates, report.diagnostics, report.status, left], null, 1)
  }
  assert.equal(await seen(true), await seen(false))
})

test('a failure skips what comes after it alone, keeps nothing that was written, and makes the verdict false', async () => {
  const { report, left } = await run(
    `
  - { name: write, write: { path: notes/a.md, text: A } }
  - { name: gone, read: nowhere.txt }
  - { name: uses, write: { path: notes/b.md, text: "\${gone.text}" } }
  - { name: free, glob: src/** }
  - { name: rescue, when: gone.status == failed, list: src }
  - { name: never, when: gone.status == done, list: src }`,
    { writes: ['notes'] },
  )
  assert.equal(report.status, 'failed')
  const { parallelExecutionComplete, steps } = workflowOf(report)
  assert.equal(parallelExecutionComplete, false)
  assert.deepEqual(
    steps.map(({ name, status }) => `${name} ${status}`),
    ['write done', 'gone failed', 'uses skipped', 'free done', 'rescue done', 'never not-wanted'],
  )
  assert.deepEqual(
    Object.keys(left).filter((path) => path.startsWith('notes')),
    [],
  )
  assert.equal(gate(report, 'steps-done'), 'failed')
  assert.equal(gate(report, 'nothing-left-over'), 'passed')
})

test('a step whose condition does not hold is not wanted, and the workflow is whole without it', async () => {
  const { report } = await run(`
  - { name: find, grep: { pattern: NOWHERE, glob: src/** } }
  - { name: some, when: find.count > 0, read: src/a.txt }
  - { name: none, when: [not find.files, find.count == 0], read: src/b.txt }
  - { name: filled, when: find.count > 0, write: { path: x.md, text: "\${find.count}" } }`)
  assert.equal(report.status, 'passed', JSON.stringify(report.diagnostics))
  assert.deepEqual(
    workflowOf(report).steps.map(({ status }) => status),
    ['done', 'not-wanted', 'done', 'not-wanted'],
  )
})

test('steps go round until it is so: values of the last round count, and rounds are bounded', async (t) => {
  const root = folder(t, { 'count.sh': 'echo x >> tries; test $(wc -l < tries) -ge 3' })
  const steps = (rounds: number): string => `
  - name: loop
    until: check.code == 0
    rounds: ${rounds}
    steps:
      - { name: check, try: { program: sh, arguments: [count.sh], reads: [count.sh, tries], writes: [tries] } }
      - { name: seen, glob: "tries", needs: check }
  - { name: after, needs: loop, list: . }`
  const report = await runIn(root, steps(5), { allow: ['sh count.sh'] })
  assert.equal(report.status, 'passed', JSON.stringify(report.diagnostics))
  const names = report.groups
    .find(({ name }) => name === 'chain/loop')!
    .operations.map(({ name, output }) => `${name} ${(output as { code?: number }).code ?? ''}`)
  assert.deepEqual(names, ['check 1', 'seen ', 'check (2) 1', 'seen (2) ', 'check (3) 0', 'seen (3) '])
  rmSync(join(root, 'tries'))
  const short = await runIn(root, steps(2), { allow: ['sh count.sh'] })
  assert.equal(short.status, 'failed')
  const last = short.groups.find(({ name }) => name === 'chain/loop')!.operations.at(-1)!
  assert.equal(last.error!.code, 'chain/not-reached')
  assert.match(last.error!.message, /After 2 rounds of "loop" it is still not so that check\.code == 0/)
  assert.deepEqual(
    workflowOf(short).steps.map(({ name, status }) => `${name} ${status}`),
    ['loop failed', 'after skipped'],
  )
})

test('programs run and files are written only where the configuration says so, also when the words come from values', async (t) => {
  const root = folder(t, { 'names.txt': 'rm\n', 'a.txt': 'a\n' })
  const codes = async (steps: string, more: ChainRun = {}): Promise<unknown> =>
    (await runIn(root, steps, more)).groups.flatMap(({ operations }) =>
      operations.map(({ status, error }) => error?.code ?? status),
    )
  assert.deepEqual(await codes('\n  - bash: [touch, x]'), ['chain/program-not-allowed'])
  assert.deepEqual(await codes('\n  - bash: [touch, x]', { allow: ['touch'] }), ['done'])
  assert.deepEqual(
    await codes(
      '\n  - { name: n, read: names.txt }\n  - bash: { program: "${n.text}", arguments: [a.txt] }',
      { allow: ['touch'] },
    ),
    ['done', 'chain/program-not-allowed'],
  )
  assert.deepEqual(await codes('\n  - bash: [git, status]', { allow: ['git log'] }), [
    'chain/program-not-allowed',
  ])
  for (const path of ['out.txt', 'notes/../out.txt', '/tmp/out.txt', 'notesx/a', '../out.txt'])
    assert.deepEqual(
      await codes(`\n  - write: { path: ${path}, text: x }`, { writes: ['notes'] }),
      ['chain/write-not-allowed'],
      path,
    )
  assert.deepEqual(await codes('\n  - write: { path: notes/a.txt, text: x }', { writes: ['notes/'] }), [
    'done',
  ])
  assert.equal(existsSync(join(root, 'a.txt')), true)
})

test('words reach a program as they are, whatever values hold, and a list is as many words', async (t) => {
  const root = folder(t, { "src/a'b $(touch owned).txt": '', 'src/-rf.txt': '' })
  const report = await runIn(
    root,
    `
  - { name: find, glob: src/* }
  - { name: show, bash: { program: printf, arguments: ["%s|", "\${find.files}", "\${find.count} ; touch owned"], writes: [] } }`,
    { allow: ['printf'] },
  )
  assert.equal(
    (outcome(report, 'show').output as { stdout: string }).stdout,
    "src/-rf.txt|src/a'b $(touch owned).txt|2 ; touch owned|",
  )
  assert.equal(existsSync(join(root, 'owned')), false)
})

test('what programs wrote in a workflow that failed is told when nothing held it', async (t) => {
  const root = folder(t, { 'a.txt': 'a\n' })
  const steps = (more: string): string => `
  - { name: build, bash: { program: touch, arguments: [built.txt], reads: [], writes: [built.txt]${more} } }
  - { name: gone, read: nowhere.txt }`
  const report = await runIn(root, steps(''), { allow: ['touch'] })
  assert.equal(report.status, 'failed')
  assert.equal(workflowOf(report).qualityPreserved, false)
  assert.equal(gate(report, 'nothing-left-over'), 'failed')
  assert.ok(
    report.diagnostics.some(
      ({ code, message }) => code === 'chain/left-behind' && message.includes('"build"'),
    ),
  )
  assert.equal(existsSync(join(root, 'built.txt')), true)
  rmSync(join(root, 'built.txt'))
  const held = await runIn(root, steps(', isolation: overlay'), { allow: ['touch'] })
  if (outcome(held, 'build').error?.code === 'ISOLATION_UNAVAILABLE') return t.skip('no overlay here')
  assert.equal(gate(held, 'nothing-left-over'), 'passed')
  assert.equal(existsSync(join(root, 'built.txt')), false)
})

test('steps that cannot be are told with what to write instead, all of them, and nothing runs', async () => {
  const wrong: readonly (readonly [steps: string, message: RegExp])[] = [
    [' none', /"steps" should be a list/],
    ['\n  - grep: TODO\n    whem: x', /unknown key "whem"/],
    ['\n  - name: a\n    grepp: TODO', /unknown key "grepp"/],
    ['\n  - { name: a, grep: x, read: y }', /says read and grep; one/],
    ['\n  - name: a', /says not what it does/],
    ['\n  - { name: a, list: . }\n  - { name: a, list: . }', /Two steps have the name "a"/],
    ['\n  - { name: a b, list: . }', /a name that cannot be used: "a b"/],
    ['\n  - { name: a, list: ., needs: bb }\n  - { name: b, list: . }', /needs "bb", which is no step/],
    ['\n  - { name: a, list: ., when: "x ==== 1" }', /uses "x", which is neither|cannot be read/],
    ['\n  - { name: a, list: ., when: "; rm" }', /"when" of the step "a" cannot be read/],
    [
      '\n  - { name: a, read: "${fnd.text}" }\n  - { name: find, grep: x }',
      /uses "fnd", which is neither a step nor an argument/,
    ],
    ['\n  - { name: a, each: find.files, read: x }', /"each" of the step "a" should name one value/],
    ['\n  - { name: a, try: npm test }', /"try" cannot be one text/],
    [
      '\n  - { name: a, try: [], until: a.code == 0, rounds: 99 }',
      /"rounds" of the step "a" should be a number from 2 to 10/,
    ],
    ['\n  - { name: a, steps: [{ list: . }] }', /has steps and no "until"/],
    ['\n  - just a text', /Step 1 is no set of keys/],
    ['\n  - { name: a, grep: { pattern: x, flag: y } }', /"grep" has no "flag"/],
  ]
  for (const [steps, message] of wrong) {
    const { report } = await run(steps)
    assert.equal(report.status, 'partial')
    assert.deepEqual(report.groups, [])
    assert.match(report.diagnostics.map((each) => each.message).join('\n'), message)
    assert.ok(report.diagnostics.every(({ code, hint }) => code === 'chain/steps' && hint !== undefined))
  }
})

test('a value that is not there fails its step alone, and says what there is', async () => {
  const { report } = await run(`
  - { name: find, grep: TODO }
  - { name: uses, read: "\${find.nope.x}" }
  - { name: each, each: "\${find.total}", read: "\${item}" }
  - { name: proto, read: "\${find.constructor}" }`)
  const messages = ['uses', 'each', 'proto'].map((name) => outcome(report, name).error!.message)
  assert.match(messages[0]!, /There is no "find\.nope\.x": before "nope" there is count, matches, files/)
  assert.match(messages[1]!, /"find\.total" is no list/)
  assert.match(messages[2]!, /There is no "find\.constructor"/)
})

test("steps come in short, from a file, from JSON, and with the arguments of a command of one's own", async () => {
  const given = {
    ...files,
    'flow.md': '---\nsteps:\n  - { name: x, grep: TODO }\n---\n',
    'flow.json': '[{"name":"y","list":"src"}]',
  }
  const names = async (steps: string): Promise<unknown> => {
    const framework = await createTestFramework({ files: given, builtIn: true, plugins: [...preset()] })
    const report = await framework.run('chain', { steps })
    await framework.dispose()
    return report.groups.length === 0
      ? report.diagnostics.map(({ message }) => message)
      : report.groups.slice(0, -1).map(({ name, operations }) => `${name} ${operations[0]!.status}`)
  }
  assert.deepEqual(await names('find: grep "one TODO" src/** ; glob **/*.md'), [
    'chain/find done',
    'chain/glob-1 done',
  ])
  assert.deepEqual(await names('flow.md'), ['chain/x done'])
  assert.deepEqual(await names('flow.json'), ['chain/y done'])
  assert.deepEqual(await names('missing.md'), ['There is no file "missing.md".'])
  assert.deepEqual(await names(''), ['There are no steps.'])
  assert.deepEqual(await names('sing a song'), [
    'The step "loop-1" has an unknown key "sing".',
    'The step "loop-1" says not what it does.',
  ])
  const own =
    '---\npattern: chain\narguments:\n  - { name: word, required: true }\nsteps:\n  - { name: find, grep: "${word}" }\n---\n# Own\n'
  const framework = await createTestFramework({
    files: { ...given, '.heddle/commands/own.md': own },
    plugins: [...preset()],
  })
  const report = await framework.run('own', { word: 'two' })
  await framework.dispose()
  assert.equal((outcome(report, 'find').output as { total: number }).total, 1)
})

interface ChainRun extends RunOptions {
  readonly writes?: readonly string[]
  readonly allow?: readonly string[]
}

/** Runs a command with these steps over files in memory, and gives what is then there. */
async function run(
  steps: string,
  { writes = [], ...options }: ChainRun = {},
): Promise<{ report: Report; left: Record<string, string> }> {
  const command = `---\nneeds: ["@modules/patterns/step-workflow.md"]\nsteps:${steps}\n---\n# Flow\n`
  const others = preset().filter(({ plugin }) => plugin.name !== 'chain')
  const framework = await createTestFramework({
    files: { ...files, '.heddle/commands/flow.md': command },
    builtIn: true,
    plugins: [...others, chain({ writes })],
  })
  const report = await framework.run('flow', {}, options)
  const left: Record<string, string> = {}
  for (const folder of ['notes', 'src'])
    for (const { name } of (await framework.files.list(folder as Path)) ?? [])
      left[`${folder}/${name}`] = new TextDecoder().decode(
        await framework.files.read(`${folder}/${name}` as Path),
      )
  await framework.dispose()
  return { report, left }
}

/** The same in a folder of the machine. */
async function runIn(
  root: string,
  steps: string,
  { writes = [], allow = [], ...options }: ChainRun = {},
): Promise<Report> {
  writeFileSync(join(root, 'flow.md'), `---\nsteps:${steps}\n---\n`)
  const others = preset().filter(({ plugin }) => plugin.name !== 'chain')
  const framework = await createFramework({
    root,
    config: false,
    preset: false,
    bash: { allow },
    plugins: [...others, chain({ writes })],
  })
  try {
    return await framework.run('chain', { steps: 'flow.md' }, options)
  } finally {
    await framework.dispose()
  }
}

function folder(t: TestContext, given: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'heddle-chain-'))
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))
  for (const [path, text] of Object.entries(given)) {
    const at = join(root, path)
    mkdirSync(dirname(at), { recursive: true })
    writeFileSync(at, text)
  }
  return root
}

function workflowOf({ groups }: Report): WorkflowResult {
  return groups.find(({ name }) => name === 'chain/workflow')!.synthesis as WorkflowResult
}

function outcome({ groups }: Report, step: string) {
  return groups.find(({ name }) => name === `chain/${step}`)!.operations[0]!
}

function gate({ gates }: Report, name: string): string {
  return gates.find((each) => each.name === name)!.status
}
