import { AbortController, AbortSignal } from "bare-abort-controller";
import Buffer from "bare-buffer";
import { EventTarget } from "bare-events/web";
import { process } from "./process.ts";
import { TextDecoder, TextEncoder } from "./text-coding.ts";
import { installTimers } from "./timers.ts";

// The globals of Node that the boot program uses, and Bare's native part does not have.
Object.assign(globalThis, {
  AbortController,
  AbortSignal,
  Buffer,
  EventTarget,
  TextDecoder,
  TextEncoder,
  process,
});
installTimers();
