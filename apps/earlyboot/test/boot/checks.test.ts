import { jest } from "@jest/globals";
import { runScenarios } from "../support/run-scenarios.ts";
import { checks } from "./scenarios/checks.ts";

// The firmware of four boots takes its time.
jest.setTimeout(600_000);

runScenarios(checks);
