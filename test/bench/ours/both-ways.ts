import { isDeepStrictEqual } from 'node:util'
import type { ExecuteOptions } from '../../../core/run/execute.ts'
import type { Group } from '../../../core/run/group.ts'
import type { OperationKind } from '../../../core/run/operation.ts'
import type { Report } from '../../../core/run/report.ts'
import type { Files } from '../../../core/vfs/file-system.ts'
import { memoryFiles } from '../../../core/vfs/memory.ts'
import { childOf, type Path, rootPath } from '../../../core/vfs/path.ts'
import { createWorkspace } from '../../../core/vfs/workspace.ts'
import { createSlow } from '../slow-files.ts'
import { runGroups } from './run-groups.ts'

export interface BothWays {
  readonly groups: readonly Group[]
  readonly kinds: readonly OperationKind[]
  readonly files: Readonly<Record<string, string>>
  /** Milliseconds that each call of the files takes while the run goes on. */
  readonly latencyMs?: number
  readonly options?: Partial<ExecuteOptions>
}

/** Runs the same one by one and in parallel in one process; throws unless values and bytes are the same. */
export async function runBothWays(
  work: BothWays,
): Promise<{ readonly ms: number; readonly serialMs: number; readonly reruns: number }> {
  // What is loaded by the first run belongs to neither.
  await once(work, false)
  const serial = await once(work, true)
  const parallel = await once(work, false)
  if (!isDeepStrictEqual(parallel.result, serial.result))
    throw new Error('parallel gave something else than one by one')
  return { ms: parallel.ms, serialMs: serial.ms, reruns: parallel.reruns }
}

async function once({ groups, kinds, files, latencyMs = 0, options }: BothWays, serial: boolean) {
  const memory = memoryFiles(files)
  const latency = { ms: latencyMs }
  const workspace = createWorkspace(latencyMs > 0 ? createSlow(memory, latency) : memory)
  const { report, ms } = await runGroups(groups, kinds, { ...options, serial, workspace })
  latency.ms = 0
  await workspace.commit()
  const all = report.groups.flatMap(({ operations }) => operations)
  return {
    ms,
    reruns: all.reduce((sum, { reruns }) => sum + reruns, 0),
    result: { values: valuesOf(report), bytes: await bytesOf(memory) },
  }
}

function valuesOf({ groups }: Report): unknown {
  return groups.map(({ name, operations }) => [
    name,
    operations.map(({ status, output }) => [status, output]),
  ])
}

async function bytesOf(files: Files, folder: Path = rootPath): Promise<unknown[]> {
  const found: unknown[] = []
  for (const { name, type } of (await files.list(folder)) ?? []) {
    const path = childOf(folder, name)
    found.push(
      type === 'directory'
        ? [path, await bytesOf(files, path)]
        : [path, Buffer.from(await files.read(path)).toString('latin1')],
    )
  }
  return found
}
