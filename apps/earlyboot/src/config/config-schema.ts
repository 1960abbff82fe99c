import type { Architecture, Compression, Host, IntlChoice } from "@earlyboot/initrd-image";

/** How an image can be compressed. */
export const compressions: readonly Compression[] = ["zstd", "lz4", "gzip", "xz", "none"];

/** The types of machines that images are made for, by Node's names. */
export const architectures: readonly Architecture[] = ["x64", "arm64"];

/** What can run the boot program. */
const hosts: readonly Host[] = ["node", "bare"];

/** The languages that the host may know. */
const intlChoices: readonly IntlChoice[] = ["small", "full"];

/** The JSON schema of `earlyboot.config.json`. */
export const configSchema: object = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "The configuration of an earlyboot image",
  type: "object",
  additionalProperties: false,
  properties: {
    $schema: { type: "string", description: "For editors." },
    architecture: {
      enum: architectures,
      description: "The type of the machine that the image is for; default: this one's.",
    },
    host: {
      enum: hosts,
      default: "node",
      description: "What runs the boot program: bare is smaller and starts sooner.",
    },
    intl: {
      enum: intlChoices,
      default: "small",
      description:
        "The languages that the host knows: English only, as builds of Node with small-icu, or all.",
    },
    kernel: {
      type: "string",
      minLength: 1,
      description: "The kernel's version, as uname -r prints it.",
    },
    modules: {
      description:
        "What this machine needs, what any machine needs, or a list that is also loaded in order.",
      anyOf: [
        { enum: ["auto", "generic"] },
        { type: "array", items: { type: "string", minLength: 1 } },
      ],
    },
    blacklist: {
      type: "array",
      items: { type: "string", minLength: 1 },
      description: "Modules never to load because hardware asks for them.",
    },
    root: {
      type: "object",
      additionalProperties: false,
      required: ["device"],
      properties: {
        device: { type: "string", minLength: 1, description: "As root= takes it: LABEL=system." },
        type: { type: "string" },
        options: { type: "string" },
        check: { type: "boolean" },
        checkIfClean: { type: "boolean" },
        repair: { enum: ["preen", true, false] },
      },
    },
    fileSystems: { type: "array", items: { type: "object" } },
    volatile: {
      anyOf: [
        { type: "boolean" },
        {
          type: "object",
          additionalProperties: false,
          properties: {
            size: { type: "string" },
            inodes: { type: "string" },
            unionProgram: { type: "string" },
          },
        },
      ],
    },
    network: {
      type: "object",
      additionalProperties: false,
      required: ["qemu"],
      properties: { qemu: { type: "string", description: "An interface's name, or auto." } },
    },
    repl: {
      type: "object",
      additionalProperties: false,
      required: ["access"],
      properties: {
        access: { enum: ["open", "password", "off"] },
        hash: { type: "string", pattern: "^scrypt:" },
        allowCommandLine: { type: "boolean" },
      },
    },
    onFailure: { enum: ["repl", "reboot", "poweroff", "halt", "panic"] },
    timeout: { type: "number", minimum: 0 },
    log: { enum: ["error", "warning", "info", "debug"] },
    load: { type: "string" },
    init: { type: "string" },
    runtimeInNewRoot: { type: "boolean" },
    hooks: {
      type: "string",
      description:
        "A module with functions to run before and after stages; bundled with its imports.",
    },
    programs: {
      type: "array",
      items: { type: "string", pattern: "^/" },
      description: "Programs of this machine to take along, with their libraries.",
    },
    files: {
      type: "array",
      description: "Files of this machine to take along; another place in the image is `to`.",
      items: {
        anyOf: [
          { type: "string", pattern: "^/" },
          {
            type: "object",
            additionalProperties: false,
            required: ["from", "to"],
            properties: {
              from: { type: "string" },
              to: { type: "string", pattern: "^/" },
              mode: { type: "integer", minimum: 0, maximum: 4095 },
            },
          },
        ],
      },
    },
    microcode: {
      enum: ["auto", "all", "none"],
      description:
        "Microcode of x86 processors that is installed here: for this machine's, all, or none.",
    },
    acpiTables: {
      type: "array",
      items: { type: "string", minLength: 1 },
      description: "ACPI tables for the kernel to take instead of the firmware's.",
    },
    compression: { enum: compressions, default: "zstd" },
    level: {
      type: "integer",
      minimum: 0,
      maximum: 22,
      description: "How hard to compress; default the compression's own.",
    },
    output: {
      type: "string",
      minLength: 1,
      description: "The file to write; default `earlyboot-VERSION.img`.",
    },
  },
};
