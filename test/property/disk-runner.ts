import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createClock } from '../../core/base/clock.ts'
import { findNamespaceWay } from '../../core/base/namespace.ts'
import type { BashInput, BashOutput } from '../../core/operations/bash.ts'
import { diskFiles } from '../../core/vfs/disk.ts'
import { inFolder, type Model } from './file-model.ts'
import { modelFiles, modelOf } from './model-files.ts'
import { type RunResult, runOneByOne } from './one-by-one.ts'
import type { GroupDraft, NamedDraft, PlanDraft } from './plan-draft.ts'
import { executeDraft, kindsWith, type Ran, type RunSettings } from './plan-runner.ts'
import { createRandom, hashOf } from './random.ts'

/** What the plan gives one by one: commands run in a folder that holds what the model holds, and nothing beside them. */
export async function expectOnDisk(draft: PlanDraft): Promise<RunResult> {
  const model = modelOf(draft.files)
  const ports = { pause: () => Promise.resolve(), outside: modelFiles(model) }
  let result: RunResult | undefined
  const isolation = (await findNamespaceWay()) ? 'namespace' : 'none'
  await inFolder(async (root) => {
    const command = (_: Model, input: BashInput): BashOutput =>
      runOnModel(model, input, { root: join(root, 'files'), isolation })
    result = await runOneByOne(draft, model, { kinds: kindsWith(ports), command })
  })
  return result!
}

/** Runs the plan on a folder of the disk, in real time. */
export async function runOnDisk(draft: PlanDraft, settings: RunSettings): Promise<Ran> {
  let ran: Ran | undefined
  await inFolder(async (root) => {
    putFiles(root, modelOf(draft.files))
    ran = await executeDraft(withPauses(draft, settings.schedule), {
      settings,
      clock: createClock(),
      files: diskFiles({ root }),
      folder: root,
      longestMs: { wait: 8, other: 1 },
    })
  })
  return ran!
}

interface Place {
  readonly root: string
  /** What programs are held by on this machine. */
  readonly isolation: BashOutput['isolation']
}

function runOnModel(model: Model, { command }: BashInput, { root, isolation }: Place): BashOutput {
  rmSync(root, { recursive: true, force: true })
  putFiles(root, model)
  const env = { PATH: process.env['PATH'], PAUSE: '0' }
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command!], { cwd: root, env })
  assert.ok(status !== null, 'the shell ends by itself')
  model.clear()
  takeFiles(root, '', model)
  return {
    code: status,
    signal: null,
    stdout: stdout.toString(),
    stderr: stderr.toString(),
    ended: 'exit',
    isolation,
  }
}

function putFiles(root: string, model: Model): void {
  mkdirSync(root, { recursive: true })
  for (const [path, text] of model) {
    const folder = join(root, text === null ? path : dirname(path))
    mkdirSync(folder, { recursive: true })
    if (text !== null) writeFileSync(join(root, path), text, 'latin1')
  }
}

function takeFiles(root: string, folder: string, model: Model): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    model.set(path, entry.isDirectory() ? null : readFileSync(join(root, path), 'latin1'))
    if (entry.isDirectory()) takeFiles(root, path, model)
  }
}

/** Commands wait as long as the schedule says; their texts stay as they are. */
function withPauses(draft: PlanDraft, schedule: number): PlanDraft {
  const slowed = (operation: NamedDraft): NamedDraft => {
    if (operation.kind !== 'bash') return operation
    const pause = createRandom(hashOf(`${schedule} ${operation.name}`)).upTo(3) / 100
    return { ...operation, input: { ...(operation.input as BashInput), env: { PAUSE: String(pause) } } }
  }
  const slowedGroup = ({ growth, ...group }: GroupDraft): GroupDraft => ({
    ...group,
    operations: group.operations.map(slowed),
    ...(growth && { growth: { ...growth, either: growth.either.map(slowed), or: growth.or.map(slowed) } }),
  })
  return { ...draft, groups: draft.groups.map(slowedGroup) }
}
