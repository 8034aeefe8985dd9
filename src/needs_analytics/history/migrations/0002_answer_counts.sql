-- How often each option was ticked, and by how many of those asked.
ALTER TABLE question ADD COLUMN times REAL;
ALTER TABLE question ADD COLUMN answered REAL;
