import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { AgentOutput } from '../plugins/swarm/agent.ts'
import { tryMergeIn } from '../plugins/swarm/merge.ts'
import { openRepository } from '../plugins/swarm/repository.ts'
import { coordinationOf, git, outcomeOf, repositoryWith, runSwarm, worktreesLeft } from './swarm-project.ts'

const files = { 'one.txt': 'first\nsecond\nthird\n' }

const outputOf = (report: Parameters<typeof outcomeOf>[0], name: string): AgentOutput =>
  outcomeOf(report, `swarm/agent-${name}`, name).output as AgentOutput

test('an agent that hangs is ended in time, with what it has left running; what it had written is kept', async (t) => {
  const root = repositoryWith(t, files)
  const tasks =
    'hang: echo half > half.txt; trap "" TERM; sleep 600 & sleep 600; exit 0\nfine: touch fine.txt; exit 0'
  const report = await runSwarm(root, tasks, { minutes: 0.05 })
  const { agentStates } = coordinationOf(report)
  assert.deepEqual(
    agentStates.map(({ state, files }) => [state, files]),
    [
      ['timed-out', ['half.txt']],
      ['done', ['fine.txt']],
    ],
  )
  assert.equal(outcomeOf(report, 'swarm/agent-hang', 'hang').error!.code, 'swarm/agent-timed-out')
  assert.equal(git(root, 'show', `${agentStates[0]!.branch}:half.txt`), 'half')
  assert.equal(coordinationOf(report).coordinationStatus, 'stopped')
  assert.deepEqual(worktreesLeft(root), [])
})

test('a hundred megabytes of output are stored whole, and an exit code is told with the branch that holds the work', async (t) => {
  const root = repositoryWith(t, files)
  const tasks =
    'loud: head -c 100000000 /dev/zero | tr "\\\\0" x; exit 0\nbroken: echo part > part.txt; echo why >&2; exit 7'
  const report = await runSwarm(root, tasks)
  const { stdout } = outputOf(report, 'loud')
  assert.ok(typeof stdout === 'object')
  assert.equal(stdout.bytes, 100_000_000)
  assert.equal(statSync(join(root, stdout.blob)).size, 100_000_000)
  assert.equal(coordinationOf(report).resourceUsage[0]!.outputBytes, 100_000_000)
  const broken = outcomeOf(report, 'swarm/agent-broken', 'broken')
  assert.deepEqual([broken.status, broken.error!.code], ['failed', 'swarm/agent-failed'])
  assert.match(broken.error!.message, /ended with code 7.*is on the branch heddle\/swarm\/\w+\/broken/)
})

test(
  'nothing that an agent leaves in the background outlives it, also what has left its group',
  { skip: process.platform !== 'linux' && 'needs /proc' },
  async (t) => {
    const root = repositoryWith(t, files)
    const mark = `swarm-left-${process.pid}`
    const report = await runSwarm(
      root,
      `leaves: setsid sh -c 'sleep 600; : ${mark}' >/dev/null 2>&1 & exit 0`,
    )
    assert.equal(outcomeOf(report, 'swarm/agent-leaves', 'leaves').status, 'done')
    const left = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes(mark))
    assert.deepEqual(
      left.filter((pid) => Number(pid) !== process.pid),
      [],
    )
  },
)

test('an agent that commits, leaves its branch, or takes its worktree away loses nothing that it committed', async (t) => {
  const root = repositoryWith(t, files)
  const as = 'git -c user.name=x -c user.email=x@y'
  const tasks = [
    `commits: echo 1 > c1.txt; git add .; ${as} commit -qm own; echo 2 > c2.txt; exit 0`,
    `switches: echo 1 > s1.txt; git add .; ${as} commit -qm on-own; git checkout -q --detach main; echo 2 > s2.txt; git add .; ${as} commit -qm elsewhere; exit 0`,
    `removes: echo 1 > r1.txt; git add .; ${as} commit -qm own; rm -rf "$PWD"; exit 0`,
    `empties: rm -rf "$PWD"; exit 0`,
  ].join('\n')
  const report = await runSwarm(root, tasks, { concurrency: 4 })
  const states = coordinationOf(report).agentStates
  assert.deepEqual(
    states.map(({ name, state, files }) => [name, state, ...files]),
    [
      ['commits', 'done', 'c1.txt', 'c2.txt'],
      ['switches', 'done', 's2.txt'],
      ['removes', 'failed', 'r1.txt'],
      ['empties', 'failed'],
    ],
  )
  assert.match(git(root, 'log', '--format=%s', `main..${states[0]!.branch}`), /own$/)
  assert.match(git(root, 'log', '--format=%s', `main..${states[1]!.branch}`), /on-own/)
  assert.equal(git(root, 'show', `${states[2]!.branch}:r1.txt`), '1')
  assert.match(outcomeOf(report, 'swarm/agent-removes', 'removes').error!.message, /removed its own worktree/)
  assert.deepEqual(worktreesLeft(root), [])
})

test('what an agent changes beside its worktree stays, and is told: files of the project, branches, configuration', async (t) => {
  const root = repositoryWith(t, files)
  const report = await runSwarm(
    root,
    `out: echo x > ${root}/outside.txt; git branch sneaky; git config alias.x y; touch in.txt; exit 0`,
  )
  assert.equal(readFileSync(join(root, 'outside.txt'), 'utf8'), 'x\n')
  const told = report.diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n')
  assert.match(told, /CLAIM_EXCEEDED: .*outside\.txt/)
  assert.match(told, /swarm\/outside: .*\.git\/config and refs\/heads\/sneaky/)
  assert.equal(report.gates.find(({ name }) => name === 'nothing-outside')!.status, 'failed')
})

test('a repository inside a worktree, and a folder that nobody may open, are no way to lose work in silence', async (t) => {
  const root = repositoryWith(t, files)
  const nest =
    'nest: mkdir in; cd in; git init -q .; touch x; git add .; git -c user.name=x -c user.email=x@y commit -qm in; exit 0'
  const report = await runSwarm(root, `${nest}\nshut: mkdir shut; touch shut/x; chmod 000 shut; exit 0`)
  assert.ok(report.diagnostics.some(({ code }) => code === 'swarm/nested-repository'))
  assert.deepEqual(worktreesLeft(root), [])
})

test('no hook, filter, merge driver or file monitor of a hostile repository runs', async (t) => {
  const attributes = '*.txt filter=evil merge=evil diff=evil\n'
  const root = repositoryWith(t, { ...files, '.gitattributes': attributes })
  const sentinel = join(root, '.git', 'ran')
  const evil = (what: string): string => `sh -c 'echo ${what} >> ${sentinel}; cat'`
  for (const hook of [
    'post-checkout',
    'pre-commit',
    'commit-msg',
    'post-commit',
    'reference-transaction',
    'post-index-change',
  ]) {
    mkdirSync(join(root, '.git/hooks'), { recursive: true })
    writeFileSync(join(root, '.git/hooks', hook), `#!/bin/sh\necho ${hook} >> ${sentinel}\n`)
    chmodSync(join(root, '.git/hooks', hook), 0o755)
  }
  const settings = {
    'filter.evil.clean': 'clean',
    'filter.evil.smudge': 'smudge',
    'core.fsmonitor': 'monitor',
    'merge.evil.driver': 'driver',
    'diff.evil.textconv': 'textconv',
  }
  for (const [name, what] of Object.entries(settings)) git(root, 'config', name, evil(what))
  git(root, 'config', 'filter.evil.required', 'true')
  const as = 'git -c user.name=x -c user.email=x@y'
  const tasks = [
    `a: sed -i s/first/FIRST/ one.txt; ${as} commit -qam own; exit 0`,
    'b: sed -i s/third/THIRD/ one.txt; exit 0',
  ].join('\n')
  const report = await runSwarm(root, tasks)
  assert.equal(existsSync(sentinel) ? readFileSync(sentinel, 'utf8') : '', '')
  const { branch } = outcomeOf(report, 'swarm/merge', 'merge').output as { branch: string }
  git(root, 'config', '--remove-section', 'filter.evil')
  assert.equal(git(root, 'show', `${branch}:one.txt`), 'FIRST\nsecond\nTHIRD')
})

test('an agent that cannot be started says so, and leaves neither worktree nor branch', async (t) => {
  const root = repositoryWith(t, files)
  const report = await runSwarm(root, 'a: x', { agent: ['no-such-agent-here'] })
  assert.equal(outcomeOf(report, 'swarm/agent-a', 'a').error!.code, 'COMMAND_NOT_FOUND')
  assert.equal(git(root, 'branch', '--list', 'heddle/*'), '')
  assert.deepEqual(worktreesLeft(root), [])
})

test('a cancelled swarm leaves its work on branches and no worktree', async (t) => {
  const root = repositoryWith(t, files)
  const controller = new AbortController()
  const report = await runSwarm(root, 'a: echo half > half.txt; sleep 600; exit 0', {
    signal: controller.signal,
    onEvent(event) {
      if (event.type === 'operation-progress' && event.message.startsWith('at work')) controller.abort()
    },
  })
  assert.equal(report.status, 'cancelled')
  assert.deepEqual(worktreesLeft(root), [])
  const [branch = ''] = git(root, 'branch', '--format=%(refname:short)', '--list', 'heddle/*').split('\n')
  assert.equal(git(root, 'show', `${branch}:half.txt`), 'half')
})

test(
  'a killed swarm goes on: agents that were done are not asked again, the one at work is named, and asked again on demand',
  { timeout: 170_000 },
  async (t) => {
    const root = repositoryWith(t, { ...files, 'package.json': '{"scripts":{"test":"test -e one.txt"}}' })
    const place = join(root, '.git')
    const tasks = [
      `fast: echo fast >> ${place}/calls; touch fast.txt; exit 0`,
      `slow: echo slow >> ${place}/calls; echo half > slow.txt; touch ${place}/started; while ! test -e ${place}/go; do sleep 0.1; done; echo whole > slow.txt; exit 0`,
    ].join('\n')
    const script = fileURLToPath(new URL('swarm-killed.ts', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', script, root, tasks], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    for await (const chunk of child.stdout) {
      said += String(chunk)
      if (said.includes('checks-fast settled') && existsSync(join(place, 'started'))) break
    }
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    const resume = async (repeat: readonly string[]): Promise<Awaited<ReturnType<typeof runSwarm>>> => {
      const { resumeSwarm } = await import('./swarm-killed.ts')
      return resumeSwarm(root, repeat)
    }
    const first = await resume([])
    assert.equal(outcomeOf(first, 'swarm/agent-fast', 'fast').replayed !== undefined, true)
    assert.equal(outcomeOf(first, 'swarm/agent-slow', 'slow').error!.code, 'RUN_UNCERTAIN')
    const [, slow] = coordinationOf(first).agentStates
    assert.deepEqual([slow!.state, slow!.files], ['interrupted', ['slow.txt']])
    assert.equal(git(root, 'show', `${slow!.branch}:slow.txt`), 'half')
    assert.deepEqual(worktreesLeft(root), [])
    writeFileSync(join(place, 'go'), '')
    const second = await resume(['slow'])
    assert.equal(second.status, 'passed', JSON.stringify(second.diagnostics))
    assert.deepEqual(readFileSync(join(place, 'calls'), 'utf8').trim().split('\n').toSorted(), [
      'fast',
      'slow',
      'slow',
    ])
    const { branch } = outcomeOf(second, 'swarm/merge', 'merge').output as { branch: string }
    assert.equal(git(root, 'show', `${branch}:slow.txt`), 'whole')
    assert.equal(git(root, 'show', `${slow!.branch}:slow.txt`), 'half')
  },
)

test('a git without merge-tree --write-tree finds the same conflicts in a scratch worktree', async (t) => {
  const root = repositoryWith(t, files)
  for (const [branch, text] of [
    ['a', 'A'],
    ['b', 'B'],
  ] as const) {
    git(root, 'checkout', '-q', '-b', branch, 'main')
    writeFileSync(join(root, 'one.txt'), `first\n${text}\nthird\n`)
    git(root, 'commit', '-qam', branch)
  }
  git(root, 'checkout', '-q', '-b', 'c', 'main')
  writeFileSync(join(root, 'c.txt'), 'c\n')
  git(root, 'add', '.')
  git(root, 'commit', '-qm', 'c')
  const opened = await openRepository(root)
  assert.ok(opened.ok)
  const scratch = join(root, '.heddle/state/scratch')
  const [a, b, c] = ['a', 'b', 'c'].map((branch) => git(root, 'rev-parse', branch))
  assert.deepEqual(await tryMergeIn(opened.repository, { ours: a!, theirs: b! }, scratch), {
    ok: false,
    paths: ['one.txt'],
  })
  const fine = await tryMergeIn(opened.repository, { ours: a!, theirs: c! }, scratch)
  assert.ok(fine.ok)
  assert.equal(git(root, 'show', `${fine.tree}:c.txt`), 'c')
  assert.deepEqual(worktreesLeft(root), [])
})

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
