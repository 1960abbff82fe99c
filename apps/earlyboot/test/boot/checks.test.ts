import { runScenarios } from "../support/run-scenarios.ts";
import { checks } from "./scenarios/checks.ts";

runScenarios(checks);
