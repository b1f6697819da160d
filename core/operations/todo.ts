import { defineOperation, type Operation } from '../run/operation.ts'
import { toPath } from './text-file.ts'
import { asOperation, type OperationOptions } from './operation-options.ts'

export interface Todo {
  readonly content: string
  readonly status: 'pending' | 'in_progress' | 'completed'
  readonly priority?: 'high' | 'medium' | 'low' | undefined
}

export interface TodoInput {
  readonly todos: readonly Todo[]
}

export interface TodoOutput {
  readonly path: string
  readonly pending: number
  readonly inProgress: number
  readonly completed: number
}

/**
 * Where the list is kept: in the workspace as any file, so that it is committed, rolled back and read like one. Not below
 * `.heddle/state/`, which is closed to operations.
 */
export const todoPath = '.heddle/todos.json'

/** Replaces the list of things to do. */
export function todo(input: TodoInput | readonly Todo[], options?: OperationOptions): Operation {
  return asOperation('todo', 'todos' in input ? input : { todos: input }, options)
}

/** The kind behind `todo`. */
export const todoKind = defineOperation<TodoInput, TodoOutput>({
  kind: 'todo',
  tool: 'TodoWrite',
  description: 'Replaces the list of things to do',
  lane: 'io',
  effects: 'workspace',
  idempotent: true,
  input: (z) =>
    z.strictObject({
      todos: z.array(
        z.strictObject({
          content: z.string().min(1),
          status: z.enum(['pending', 'in_progress', 'completed']),
          priority: z.enum(['high', 'medium', 'low']).optional(),
        }),
      ),
    }),
  output: (z) =>
    z.strictObject({ path: z.string(), pending: z.number(), inProgress: z.number(), completed: z.number() }),
  binding: true,
  claims: () => ({ reads: [], writes: [todoPath] }),
  async run({ todos }, { files }) {
    await files.write(toPath(todoPath), `${JSON.stringify(todos, null, 2)}\n`)
    const count = (status: Todo['status']): number => todos.filter((each) => each.status === status).length
    return {
      path: todoPath,
      pending: count('pending'),
      inProgress: count('in_progress'),
      completed: count('completed'),
    }
  },
  quality: ({ todos }) => ({ expected: todos.length, analysed: todos.length, truncated: false }),
})
