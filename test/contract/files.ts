import { test } from 'node:test'
import type { MakeFiles, MakeFilesWith } from '../../core/vfs/contract.ts'
import { filesContract as contractCases } from '../../core/vfs/contract.ts'
import { readingContract as readingCases } from '../../core/vfs/reading-contract.ts'

/** Runs the contract of file systems as tests, each on fresh files. */
export function filesContract(name: string, make: MakeFiles): void {
  for (const each of contractCases(make)) test(`${name}: ${each.name}`, async () => each.check())
}

/** Runs the reading part of it; `skip` says why it cannot be run here. */
export function readingContract(name: string, make: MakeFilesWith, skip: string | false = false): void {
  for (const each of readingCases(make)) test(`${name}: ${each.name}`, { skip }, async () => each.check())
}
