/// BerthTesting: clock, fake driver, golden files, seeded generator; for tests only.
