import type { CodeExplanations } from './explanation.ts'

/** Codes of the dev server and MCP: what a request is refused with. */
export const servingCodes: CodeExplanations = {
  BODY_SYNTAX: {
    means: 'The body of a request is no JSON, or nests too deep.',
    example: "curl -d 'command=task' …/api/runs",
    repair: 'Send JSON.',
  },
  BODY_TOO_LARGE: {
    means: 'The body of a request is larger than 1 MiB.',
    example: 'A whole file in an argument.',
    repair: 'Send less; name a path instead.',
  },
  BODY_TYPE: {
    means: 'The body of a request does not say that it is JSON. A form of another site cannot say so either.',
    example: 'curl -d … without a header.',
    repair: 'Send content-type: application/json.',
  },
  EXPECTATION_NOT_ALLOWED: {
    means: 'The request has an Expect header, which is not served.',
    example: 'curl with a large body.',
    repair: "Leave it out: curl -H 'Expect:'.",
  },
  HEADER_NOT_ALLOWED: {
    means: 'A header of the request cannot be read.',
    example: 'Control characters in a header.',
    repair: 'Send headers of plain text.',
  },
  HOST_NOT_ALLOWED: {
    means:
      'The request was made under a host name that is not ours: so a page elsewhere could reach this machine by a name of its own.',
    example: 'http://my-laptop:4317 when the server was started without --allow-host.',
    repair: 'Use the address that was printed, or start with --allow-host my-laptop.',
  },
  HOST_UNKNOWN: {
    means: 'The server is to listen on every address, and nobody said by which names people may ask.',
    example: 'heddle dev --host 0.0.0.0',
    repair: 'Name them: --allow-host NAME.',
  },
  METHOD_NOT_ALLOWED: {
    means: 'The address is not served with this method; nothing changes by GET.',
    example: 'DELETE /api/graph',
    repair: 'Use GET to ask, POST to run or to cancel.',
  },
  ORIGIN_NOT_ALLOWED: {
    means: 'A page of another origin asked, another port of this machine included.',
    example: 'A page on http://localhost:3000 that fetches from the dev server.',
    repair: 'Ask from the page of the dev server, or from a program.',
  },
  EDITOR_FAILED: {
    means: 'The editor that should open a file could not be started.',
    example: 'heddle dev --editor cod',
    repair: 'Name another one: heddle dev --editor COMMAND.',
  },
  NO_EDITOR: {
    means: 'The server was started without an editor, so it opens no files.',
    example: 'A click on a place in the page.',
    repair: 'Start it with --editor COMMAND.',
  },
  OPEN_REQUEST: {
    means: 'The body is no request to open a file.',
    example: '{ "file": "a.md" }',
    repair: 'Send { "path": "…", "line": 1 }.',
  },
  RUN_NOT_ALLOWED: {
    means: 'The server was started without the permission to run anything.',
    example: 'POST /api/runs after heddle dev',
    repair: 'Start it with --allow-run, if whoever holds the token may run commands.',
  },
  RUN_REQUEST: {
    means: 'The body is no request to run something.',
    example: '{ "cmd": "task" }',
    repair: 'Send { "command": "…", "arguments": { "positional": [], "named": {} } }.',
  },
  SITE_NOT_ALLOWED: {
    means: 'The browser says that the request comes from another site.',
    example: 'A link to the dev server on a page elsewhere.',
    repair: 'Open the printed address yourself.',
  },
  TARGET_NOT_ALLOWED: {
    means: 'The target of the request is no path.',
    example: 'GET http://other/ through the server, as if it were a proxy.',
    repair: 'Ask for a path.',
  },
  TOKEN_REQUIRED: {
    means: 'The request has no token, or that of an earlier start.',
    example: 'An agent that kept the token of yesterday.',
    repair: 'Send the token of this start as Authorization: Bearer …; `heddle dev` prints it.',
  },
  TOO_MANY: {
    means: 'As many runs go on as are allowed at once.',
    example: 'An agent that starts run after run.',
    repair: 'Wait until one of them has ended, or cancel one.',
  },
  TOO_MANY_HEADERS: {
    means: 'The request has more headers than are read.',
    example: 'A faulty proxy.',
    repair: 'Send fewer.',
  },
  TOO_MANY_REQUESTS: {
    means: 'More requests came at once than are answered.',
    example: 'A client that asks for every module at the same time.',
    repair: 'Ask again after the seconds that Retry-After says.',
  },
  TOO_MANY_STREAMS: {
    means: 'More event streams are open than are served.',
    example: 'The page open in very many tabs.',
    repair: 'Close some of them.',
  },
  TOO_MUCH_UNREAD: {
    means: 'Answers were not read by those who asked for them, so no more are kept for them.',
    example: 'A client that sends requests and reads nothing.',
    repair: 'Read the answers.',
  },
}
