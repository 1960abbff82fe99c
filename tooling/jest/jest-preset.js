export default {
  coverageProvider: "v8",
  extensionsToTreatAsEsm: [".ts"],
  setupFiles: ["@earlyboot/jest/same-inputs"],
  testEnvironment: "@earlyboot/jest/environment",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  transform: {},
};
