"""Statistics in the forms of the Commission: Rules 605 and 606(b)(3) of Regulation NMS."""
