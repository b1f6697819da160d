import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createFramework, type Report, type RunEvent } from 'heddle'
import { createTestFramework } from 'heddle/testing'
import { preset, swarm } from 'heddle/plugins'
import {
  coordinationOf,
  folderWith,
  git,
  outcomeOf,
  repositoryWith,
  runSwarm,
  worktreesLeft,
} from './swarm-project.ts'

const twoFiles = {
  'src/one.txt': 'first\nsecond\nthird\n',
  'src/two.txt': 'alone\n',
}

test('two of three agents edit one line: the conflict is found before anything is merged, and nothing is lost', async (t) => {
  const root = repositoryWith(t, twoFiles)
  const head = git(root, 'rev-parse', 'HEAD')
  const running = new Set<string>()
  let most = 0
  const report = await runSwarm(
    root,
    [
      'a: sed -i s/second/A/ src/one.txt; exit 0',
      'b: sed -i s/second/B/ src/one.txt; exit 0',
      'c: echo more >> src/two.txt; exit 0',
    ].join('\n'),
    {
      onEvent(event: RunEvent) {
        if (event.type === 'operation-started') most = Math.max(most, running.add(event.operation).size)
        if (event.type === 'operation-ended') running.delete(event.operation)
      },
    },
  )
  assert.equal(report.status, 'failed')
  assert.ok(most >= 2, `${most} at once`)
  const found = coordinationOf(report)
  assert.deepEqual(found.conflicts, [{ agents: ['a', 'b'], paths: ['src/one.txt'] }])
  assert.equal(found.coordinationStatus, 'stopped')
  assert.equal(found.parallelMonitoringActive, true)
  assert.deepEqual(
    found.agentStates.map(({ name, state, files }) => [name, state, files]),
    [
      ['a', 'done', ['src/one.txt']],
      ['b', 'done', ['src/one.txt']],
      ['c', 'done', ['src/two.txt']],
    ],
  )
  assert.equal(outcomeOf(report, 'swarm/merge', 'merge').status, 'skipped')
  assert.ok(report.diagnostics.some(({ code }) => code === 'swarm/conflict'))
  const kept = found.agentStates.map(
    ({ branch }) => git(root, 'show', `${branch}:src/one.txt`).split('\n')[1],
  )
  assert.deepEqual(kept, ['A', 'B', 'second'])
  assert.deepEqual(worktreesLeft(root), [])
  assert.equal(git(root, 'rev-parse', 'HEAD'), head)
  assert.equal(git(root, 'status', '--porcelain', '--', 'src'), '')
})

test('work that fits together comes to one branch in the order of the tasks, and no branch of the user moves', async (t) => {
  const root = repositoryWith(t, {
    ...twoFiles,
    'package.json': '{"scripts":{"test":"grep -q first src/one.txt"}}',
  })
  const report = await runSwarm(
    root,
    [
      'top: sed -i "1i zero" src/one.txt; exit 0',
      'end: echo fourth >> src/one.txt; exit 0',
      'idle: exit 0',
    ].join('\n'),
  )
  assert.equal(report.status, 'passed', JSON.stringify(report.diagnostics))
  const { coordinationStatus, agentStates, gates, summary } = coordinationOf(report)
  assert.equal(coordinationStatus, 'integrated')
  assert.deepEqual(
    agentStates.map(({ state }) => state),
    ['done', 'done', 'unchanged'],
  )
  assert.equal(agentStates[2]!.branch, null)
  const checks = gates.map(({ agent, status }) => `${agent} ${status}`)
  assert.deepEqual(checks, ['top passed', 'end passed', 'idle skipped', 'null passed'])
  const branch = summary
    .find((line) => line.startsWith('Take it: git merge '))!
    .slice('Take it: git merge '.length)
  assert.equal(git(root, 'show', `${branch}:src/one.txt`), 'zero\nfirst\nsecond\nthird\nfourth')
  assert.deepEqual(git(root, 'log', '--first-parent', '--format=%s', `main..${branch}`).split('\n'), [
    'Merge the work of end',
    'Merge the work of top',
  ])
  assert.equal(git(root, 'show', 'main:src/one.txt'), 'first\nsecond\nthird')
  assert.deepEqual(worktreesLeft(root), [])
})

test('one at a time gives the same findings, verdicts and commits as all at once', async (t) => {
  const tasks = [
    'a: sed -i s/second/A/ src/one.txt; exit 0',
    'b: sed -i s/second/B/ src/one.txt; exit 0',
    'c: echo more >> src/two.txt; echo said; exit 4',
  ].join('\n')
  const seen = async (serial: boolean): Promise<string> => {
    const root = repositoryWith(t, twoFiles)
    git(root, 'commit', '--amend', '--quiet', '--no-edit', '--date=2020-01-01T00:00:00Z')
    const report = await runSwarm(root, tasks, { serial })
    const { resourceUsage, agentStates, ...rest } = coordinationOf(report)
    assert.equal(resourceUsage.length, 3)
    const named = (text: string): string => text.replaceAll(/swarm\/[0-9a-f]{10}/g, 'swarm/ID')
    const states = agentStates.map(({ commit, ...state }) => [
      state,
      git(root, 'rev-parse', `${commit}^{tree}`),
    ])
    return named(JSON.stringify([states, rest, report.diagnostics, report.gates], null, 1))
  }
  assert.equal(await seen(true), await seen(false))
})

test('a dry run shows agents, checks, trial merges and what waits for what, and runs nothing', async (t) => {
  const root = repositoryWith(t, { ...twoFiles, 'package.json': '{"scripts":{"test":"true","lint":"true"}}' })
  const framework = await createFramework({
    root,
    config: false,
    preset: false,
    plugins: [...preset().filter(({ plugin }) => plugin.name !== 'swarm'), swarm({ agent: ['/bin/sh'] })],
  })
  const design = await framework.plan('swarm', { tasks: 'a: touch /nowhere/x\nb: exit 0' })
  await framework.dispose()
  assert.deepEqual(
    design.operations.map(({ group, name, level }) => `${level} ${group} ${name}`),
    [
      '1 swarm/prepare coordination file',
      '2 swarm/agent-a a',
      '3 swarm/checks-a npm run test',
      '3 swarm/checks-a npm run lint',
      '2 swarm/agent-b b',
      '3 swarm/checks-b npm run test',
      '3 swarm/checks-b npm run lint',
      '3 swarm/trial-merges a + b',
      '4 swarm/merge merge',
      '5 swarm/result-checks npm run test',
      '5 swarm/result-checks npm run lint',
      '6 swarm/coordination remove worktrees',
    ],
  )
  assert.equal(existsSync(join(root, '.heddle')), false)
  assert.equal(git(root, 'branch', '--list', 'heddle/*'), '')
})

test('what is missing is said before any agent begins', async (t) => {
  const said = async (root: string, tasks: string, agent?: null): Promise<string[]> => {
    const report = await runSwarm(root, tasks, agent === null ? { agent } : {})
    assert.equal(report.status, 'partial')
    assert.deepEqual(report.groups, [])
    return report.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)
  }
  const root = repositoryWith(t, twoFiles)
  assert.deepEqual(await said(root, 'a: exit 0', null), ['swarm/no-agent'])
  assert.deepEqual(await said(root, '\n\n'), ['swarm/tasks'])
  assert.deepEqual(await said(root, 'a: x\0y'), ['swarm/tasks'])
  assert.deepEqual(await said(root, Array.from({ length: 9 }, (_, at) => `do ${at}`).join('\n')), [
    'swarm/too-many',
  ])
  writeFileSync(join(root, 'src/one.txt'), 'mine\n')
  assert.deepEqual(await said(root, 'a: exit 0'), ['swarm/dirty-tree'])
  assert.equal(readFileSync(join(root, 'src/one.txt'), 'utf8'), 'mine\n')
  assert.deepEqual(await said(folderWith(t, twoFiles), 'a: exit 0'), ['swarm/no-repository'])
  const fresh = folderWith(t, twoFiles)
  git(fresh, 'init', '--quiet')
  assert.deepEqual(await said(fresh, 'a: exit 0'), ['swarm/no-commit'])
  const memory = await createTestFramework({ files: {}, builtIn: true, plugins: [...preset()] })
  const report = await memory.run('swarm', { tasks: 'a: exit 0' })
  await memory.dispose()
  assert.deepEqual(
    report.diagnostics.map(({ code }) => code),
    ['swarm/no-agent', 'swarm/not-on-disk'],
  )
})

test('tasks come from lines, from a list in a file, from front matter and from JSON; names are safe whatever they hold', async (t) => {
  const root = repositoryWith(t, {
    ...twoFiles,
    'list.md': '# Tasks\n\nProse.\n\n- one: touch one\n  exit 0\n- touch two; exit 0\n',
    'front.md':
      '---\ntasks:\n  - name: $(touch owned) `x`; rm -rf /\n    prompt: touch three; exit 0\n  - touch four; exit 0\n---\n',
    'data.json':
      '{"tasks":[{"prompt":"touch five; exit 0","name":"result"},{"prompt":"touch six; exit 0","name":"../../up"}]}',
    'bad.json': '{"tasks":[{"name":"x"},{"prompt":"y","touches":"z"}]}',
  })
  const files = async (tasks: string): Promise<unknown> =>
    coordinationOf(await runSwarm(root, tasks)).agentStates.map(({ name, files }) => [name, ...files])
  assert.deepEqual(await files('list.md'), [
    ['one', 'one'],
    ['touch-two-exit-0', 'two'],
  ])
  assert.deepEqual(await files('front.md'), [
    ['touch-owned-x-rm-rf', 'three'],
    ['touch-four-exit-0', 'four'],
  ])
  assert.deepEqual(await files('data.json'), [
    ['result-2', 'five'],
    ['up', 'six'],
  ])
  const bad = await runSwarm(root, 'bad.json')
  assert.deepEqual(
    bad.diagnostics.map(({ message }) => message),
    ['The task "x" has no "prompt".', 'The task 2 should say what it touches as a list of paths.'],
  )
  assert.equal(existsSync(join(root, 'owned')), false)
})

test('a check that fails where an agent worked stops the merge, or leaves that agent out when the module says so', async (t) => {
  const files = { ...twoFiles, 'package.json': '{"scripts":{"test":"! test -e bad"}}' }
  const tasks = 'good: touch good; exit 0\nbad: touch bad; exit 0'
  const stopped = await runSwarm(repositoryWith(t, files), tasks)
  assert.equal(coordinationOf(stopped).coordinationStatus, 'stopped')
  assert.equal(stopped.gates.find(({ name }) => name === 'agent-checks')!.status, 'failed')
  const module = readFileSync(new URL('../modules/patterns/agent-swarm.md', import.meta.url), 'utf8')
  const edited = module.replace('default: stop', 'default: merge-the-rest')
  const root = repositoryWith(t, { ...files, '.heddle/modules/patterns/agent-swarm.md': edited })
  const report = await runSwarm(root, tasks)
  const { coordinationStatus, gates } = coordinationOf(report)
  assert.equal(coordinationStatus, 'partial')
  assert.deepEqual(gates.at(-1), { agent: null, check: 'npm run test', status: 'passed' })
  const { merged } = outcomeOf(report, 'swarm/merge', 'merge').output as { merged: string[] }
  assert.deepEqual(merged, ['good'])
})

test('a check that fails only where everything is together is found there', async (t) => {
  const script = '{"scripts":{"test":"! { test -e a.txt && test -e b.txt; }"}}'
  const root = repositoryWith(t, { 'package.json': script })
  const report = await runSwarm(root, 'a: touch a.txt; exit 0\nb: touch b.txt; exit 0')
  const { coordinationStatus, conflicts, gates } = coordinationOf(report)
  assert.deepEqual([coordinationStatus, conflicts], ['partial', []])
  assert.deepEqual(
    gates.map(({ status }) => status),
    ['passed', 'passed', 'failed'],
  )
  assert.equal(report.gates.find(({ name }) => name === 'result-checks')!.status, 'failed')
  assert.equal(report.status, 'failed')
})

test('a project below the root of its repository is worked on where it stands', async (t) => {
  const root = repositoryWith(t, {
    'packages/x/package.json': '{"scripts":{"test":"test -e own.txt"}}',
    'other.txt': 'o\n',
  })
  const report = await runSwarm(join(root, 'packages/x'), 'a: test -e package.json && touch own.txt; exit $?')
  assert.equal(report.status, 'passed', JSON.stringify(report.diagnostics))
  assert.deepEqual(coordinationOf(report).agentStates[0]!.files, ['packages/x/own.txt'])
})

test('the task comes where the configuration says: as an argument, in a file, or on standard input', async (t) => {
  const root = repositoryWith(t, twoFiles)
  mkdirSync(join(root, '.heddle/modules/development'), { recursive: true })
  writeFileSync(
    join(root, '.heddle/modules/development/working-beside-others.md'),
    '---\nkind: module\n---\n# Silence\n',
  )
  const said = async (agent: readonly string[]): Promise<unknown> => {
    const report = await runSwarm(root, "say it: 'quoted' $HOME", { agent, env: ['SECRET_FOR_AGENTS'] })
    return (outcomeOf(report, 'swarm/agent-say-it', 'say-it').output as { stdout: string }).stdout
  }
  assert.equal(await said(['/bin/echo', '{name}:', '{prompt}']), "say-it: 'quoted' $HOME\n")
  assert.equal(await said(['/bin/cat', '{promptFile}']), "'quoted' $HOME")
  assert.equal(await said(['/bin/cat']), "'quoted' $HOME")
  process.env['SECRET_FOR_AGENTS'] = 'passed on'
  process.env['SECRET_FOR_NOBODY'] = 'kept'
  t.after(() => {
    delete process.env['SECRET_FOR_AGENTS']
    delete process.env['SECRET_FOR_NOBODY']
  })
  const environment = String(await said(['/usr/bin/env']))
  assert.match(environment, /^SECRET_FOR_AGENTS=passed on$/m)
  assert.doesNotMatch(environment, /SECRET_FOR_NOBODY/)
})

/** A built-in module, an edit of it in the project's own layer, and what is said of a swarm before and after. */
const edits: readonly {
  readonly module: string
  readonly edit: readonly [from: string | RegExp, to: string]
  readonly tasks: string
  readonly files?: Readonly<Record<string, string>>
  look(report: Report): unknown
  readonly before: unknown
  readonly after: unknown
}[] = [
  {
    module: 'patterns/agent-swarm.md',
    edit: [/(name: agents-finished\n {4}severity:) blocking/, '$1 warning'],
    tasks: 'a: exit 3',
    look: ({ gates }) => gates.find(({ name }) => name === 'agents-finished')?.severity,
    before: 'blocking',
    after: 'warning',
  },
  {
    module: 'development/cutting-tasks.md',
    edit: [/(name: tasks-apart\n {4}severity:) warning/, '$1 blocking'],
    tasks: 'a: cat src/one.txt; exit 0\nb: wc src/one.txt; exit 0',
    look: ({ groups, diagnostics }) => [
      groups.length > 0,
      diagnostics.find(({ code }) => code === 'swarm/tasks-meet')?.severity,
    ],
    before: [true, 'warning'],
    after: [false, 'error'],
  },
  {
    module: 'development/working-beside-others.md',
    edit: [/default: ".*"/, 'default: "echo the rules of this project; exit 0"'],
    tasks: 'a: echo begun',
    look: (report) => (outcomeOf(report, 'swarm/agent-a', 'a').output as { code: number }).code === 0,
    before: false,
    after: true,
  },
  {
    module: 'system/git/atomic-rollback-protocol.md',
    edit: [/(name: starting-point-known\n {4}severity:) blocking/, '$1 warning'],
    tasks: 'a: touch new.txt; exit 0',
    files: { 'src/one.txt': 'changed and not committed\n' },
    look: ({ groups }) => groups.length > 0,
    before: false,
    after: true,
  },
]

for (const { module, edit, tasks, files = {}, look, before, after } of edits) {
  test(`an edit of modules/${module} changes what "swarm" does`, async (t) => {
    const text = readFileSync(new URL(`../modules/${module}`, import.meta.url), 'utf8')
    const edited = text.replace(edit[0], edit[1])
    assert.notEqual(edited, text)
    const seen = async (more: Readonly<Record<string, string>>): Promise<unknown> => {
      const root = repositoryWith(t, { ...twoFiles, ...more })
      for (const [path, changed] of Object.entries(files)) writeFileSync(join(root, path), changed)
      return look(await runSwarm(root, tasks))
    }
    assert.deepEqual(await seen({}), before)
    assert.deepEqual(await seen({ [`.heddle/modules/${module}`]: edited }), after)
  })
}
