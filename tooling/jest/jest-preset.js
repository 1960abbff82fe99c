export default {
  coverageProvider: "v8",
  extensionsToTreatAsEsm: [".ts"],
  testEnvironment: "@earlyboot/jest/environment",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  transform: {},
};
