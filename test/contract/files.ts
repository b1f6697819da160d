import { test } from 'node:test'
import type { MakeFiles } from '../../core/vfs/contract.ts'
import { filesContract as contractCases } from '../../core/vfs/contract.ts'

/** Runs the contract of file systems as tests, each on fresh files. */
export function filesContract(name: string, make: MakeFiles): void {
  for (const each of contractCases(make)) test(`${name}: ${each.name}`, async () => each.check())
}
