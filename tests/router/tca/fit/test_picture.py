"""A calibration as a picture."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from router.tca.fit.picture import calibration_picture
from router.tca.fit.points import points_of
from router.tca.fit.simulate import draw_orders, simulate_costs
from router.tca.fit.verify import Asked, calibrate, of_model
from router.tca.impact.parameters import Models


def test_the_picture_names_every_model_and_is_the_same_for_the_same_figures(models: Models) -> None:
    points, _ = points_of(simulate_costs(models.square_root, draw_orders(40, 1), seed=2))
    asked = [Asked(point.order, point.path, point.outcome) for point in points]
    found = [calibrate(model.name, of_model(model), asked) for model in (models.square_root, models.i_star)]

    drawn = calibration_picture(found, found[0])

    said = "".join(ET.fromstring(drawn).itertext())  # noqa: S314 - our own picture
    assert all(
        text in said for text in ("square-root: 40 orders", "i-star", "predicted cost, bps", "interval promised")
    )
    assert drawn == calibration_picture(found, found[0])
